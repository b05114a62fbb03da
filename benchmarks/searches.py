"""The systems that are compared, each as a function from a question to passages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import jieba
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from askwiki import AskWiki
from askwiki.embed import bundled_encoder
from askwiki.retrieve import query_terms
from askwiki.schema import Article, Chunk

PASSAGES = 5


@dataclass(frozen=True, slots=True)
class Passage:
    """What a system retrieved: a stretch of an article."""

    article_id: str
    start: int
    end: int
    text: str


Search = Callable[[str], Sequence[Passage]]


class BundledEmbeddings(Embeddings):
    """The bundled encoder behind LangChain's interface."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return bundled_encoder().encode_documents(texts).tolist()

    def embed_query(self, text: str) -> list[float]:
        return bundled_encoder().encode_query([text])[0].tolist()


def langchain_documents(articles: Sequence[Article]) -> list[Document]:
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=500, chunk_overlap=50, add_start_index=True
    )
    whole = [
        Document(article.text, metadata={"id": article.id, "title": article.title})
        for article in articles
    ]
    return splitter.split_documents(whole)


def langchain_searches(articles: Sequence[Article]) -> dict[str, Search]:
    documents = langchain_documents(articles)
    words = BM25Retriever.from_documents(documents, preprocess_func=jieba.lcut, k=PASSAGES)
    vectors = FAISS.from_documents(documents, BundledEmbeddings()).as_retriever(
        search_kwargs={"k": PASSAGES}
    )
    both = EnsembleRetriever(retrievers=[words, vectors], weights=[0.5, 0.5])

    def search(retriever: BM25Retriever | EnsembleRetriever) -> Search:
        return lambda question: [_passage(d) for d in retriever.invoke(question)[:PASSAGES]]

    return {"LangChain, BM25 only": search(words), "LangChain": search(both)}


def _passage(document: Document) -> Passage:
    start = document.metadata["start_index"]
    text = document.page_content
    return Passage(document.metadata["id"], start, start + len(text), text)


def askwiki_searches(wiki: AskWiki) -> dict[str, Search]:
    chunks, lexical = wiki.store.chunks, wiki.store.lexical

    def passages(found: Sequence[Chunk]) -> list[Passage]:
        return [Passage(c.article_id, c.start, c.end, c.text) for c in found]

    def bm25(question: str) -> list[Passage]:
        weights = dict.fromkeys(query_terms(question), 1.0)
        ids, _ = lexical.search(weights, PASSAGES)
        return passages([chunks[i] for i in ids])

    def ours(question: str) -> list[Passage]:
        return passages([hit.chunk for hit in wiki.retrieve(question, PASSAGES)])

    return {"BM25 on our sections": bm25, "askwiki": ours}
