"""Trains a small transformer as an encoder, for whoever has a GPU or some hours.

    python training/transformer.py DATA --out FOLDER [--hours 1.3] [--layers 4] [--threads 1]

Word-pieces of at most four characters (a unigram model), masked language modelling on all text of
the data folder, of our manuals and of our wiki (Devlin et al. 2019), then question -> section and
heading -> section pairs under a contrastive loss at three widths (Kusupati et al. 2022), where
other sections of the same page are in the batch. The result is a sentence-transformers folder that
`ASKWIKI_ENCODER` takes by its path; it reads the first 112 word-pieces of a section and knows
simplified characters alone. What it learns depends on how fast the machine is, as the schedule goes by
the clock. It is not what the package ships: `LOG.md` says why.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import UnigramTrainer
from torch.nn import functional
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from askwiki import text as zh
from askwiki.corpus import load_corpus
from askwiki.embed import bundled_encoder
from data import encyclopaedia, intents, section_readings, sections

SEED = 20261122
PIECES, WIDTH = 8000, 256
BLOCK, MASKED = 128, 0.2
"""Tokens of a stretch of text, and the share of them that is guessed."""
QUESTION_TOKENS, SECTION_TOKENS = 32, 112
BATCH_TOKENS, PAIRS, OF_A_PAGE = 8192, 64, 4
"""Of masked modelling; pairs of a contrastive batch, and how many of a page stand side by side."""
MODELLING = 0.5
"""The share of the time that goes into masked modelling."""
TEMPERATURE = 0.05
ASKED = 10
"""Questions of a section of our wiki that are learned."""
WIDTHS = (WIDTH, WIDTH // 2, WIDTH // 4)
WIKI = Path(__file__).parent.parent / "corpus"


@dataclass(frozen=True, slots=True)
class Pair:
    """A question or heading, the section that answers it, and the page that holds the section."""

    question: str
    section: str
    page: str


def texts_of(folder: Path) -> list[str]:
    """All running text but that of test and tuning questions; passages may be known, as they are
    to any search over them."""
    rows = sections(folder)
    found = [f"{row.path}\n{row.text}" for row in rows]
    found += [f"{i.heading}\n{i.passage}" for i in intents(folder)]
    found += sorted({reading.context for reading in encyclopaedia(folder)})
    for article in load_corpus(WIKI).articles:
        found.append(f"{article.title}\n{article.text}")
        found += ["\n".join(section.asked[:ASKED]) for section in article.sections]
    asked = [r.question for r in section_readings(folder, rows) if r.split == "train"]
    found += ["\n".join(asked[at : at + 8]) for at in range(0, len(asked), 8)]
    return [zh.normalise(text) for text in found]


def pairs_of(folder: Path) -> list[Pair]:
    """Everyday questions, and headings; the tuning and test questions are left out."""
    found = []
    for intent in (i for i in intents(folder) if i.split == "train"):
        passage = f"{intent.heading}\n{intent.passage}"
        found += [Pair(question, passage, intent.id) for question in intent.questions]
    rows = sections(folder)
    readings = section_readings(folder, rows)
    for reading in readings:
        if reading.split == "train" and reading.answer is not None:
            row = rows[reading.row]
            found.append(Pair(reading.question, f"{row.path}\n{row.text}", row.source))
    for article in load_corpus(WIKI).articles:
        for s in article.sections:
            section = "\n".join((article.title, *s.path, article.text[s.start : s.end]))
            found += [Pair(question, section, article.id) for question in s.asked[:ASKED]]
    for reading in encyclopaedia(folder):
        around = reading.context[max(0, reading.start - 60) : reading.start + 100]
        found.append(Pair(reading.question, around, around[:60]))
    held = {rows[reading.row].source for reading in readings if reading.split != "train"}
    found += [
        Pair(row.heading, f"{row.path.rpartition(' > ')[0]}\n{row.text}", row.source)
        for row in rows
        if row.source not in held and len(row.text) > 60
    ]
    return [
        Pair(zh.normalise(p.question), zh.normalise(p.section[:400]), p.page)
        for p in found
        if p.question.strip()
    ]


def tokenizer_of(texts: Sequence[str]) -> PreTrainedTokenizerFast:
    """A unigram word-piece model; a piece crosses no space, no sign, and no change of script."""
    cut = Tokenizer(Unigram())
    cut.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    cut.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Split(Regex(r"\p{Han}+|[a-z]+|\d|."), "isolated"),
        ]
    )
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = UnigramTrainer(
        vocab_size=PIECES, special_tokens=special, unk_token="[UNK]", max_piece_length=4
    )
    cut.train_from_iterator(texts, trainer)
    cut.post_processor = TemplateProcessing(
        single="[CLS] $A", special_tokens=[("[CLS]", cut.token_to_id("[CLS]"))]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=cut,
        **{f"{s[1:-1].lower()}_token": s for s in special},
    )


def starting_model(tokenizer: PreTrainedTokenizerFast, layers: int) -> BertModel:
    """Pieces that the bundled encoder knows start from its vectors, the rest small and random."""
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        num_hidden_layers=layers,
        num_attention_heads=WIDTH // 64,
        intermediate_size=4 * WIDTH,
        max_position_embeddings=BLOCK,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        # Backwards on a CPU the fused one takes half as long again (`LOG.md`).
        attn_implementation="sdpa" if torch.cuda.is_available() else "eager",
    )
    model = BertModel(config, add_pooling_layer=False)
    encoder = bundled_encoder()
    table = encoder._table.astype("float32") * encoder._scales[:, None]
    scale = 0.02 / table.std()
    words = model.embeddings.word_embeddings.weight
    with torch.no_grad():
        for piece, row in tokenizer.get_vocab().items():
            if piece in encoder._rows:
                words[row, : table.shape[1]] = torch.from_numpy(table[encoder._rows[piece]] * scale)
    return model


class Clock:
    """Learning rate by the time that is gone: up over 3 % of it, then in a line to nothing."""

    def __init__(self, model: torch.nn.Module, seconds: float, rate: float) -> None:
        self._model, self._seconds, self._rate = model, seconds, rate
        self._optimiser = torch.optim.AdamW(
            model.parameters(), betas=(0.9, 0.98), weight_decay=0.01, fused=True
        )
        self._began, self._steps, self._seen = time.monotonic(), 0, 0.0

    @property
    def gone(self) -> float:
        """From 0 to 1."""
        return (time.monotonic() - self._began) / self._seconds

    def step(self, loss: torch.Tensor) -> None:
        """One step down `loss`; every fifty steps the mean is printed."""
        for group in self._optimiser.param_groups:
            group["lr"] = self._rate * max(0.0, min(self.gone / 0.03, 1 - self.gone))
        self._optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._optimiser.step()
        self._steps, self._seen = self._steps + 1, self._seen + loss.item()
        if self._steps % 50 == 0:
            print(f"{self._steps} {self.gone:.0%} loss {self._seen / 50:.3f}", flush=True)
            self._seen = 0.0


def half() -> AbstractContextManager[None]:
    """bfloat16, which processors without it emulate, slowly."""
    return torch.autocast("cuda" if torch.cuda.is_available() else "cpu", torch.bfloat16)


def pretrain(
    model: BertModel, tokenizer: PreTrainedTokenizerFast, texts: Sequence[str], seconds: float
) -> None:
    """Masked language modelling: a fifth of the tokens is to be guessed, four fifths of those
    hidden, a tenth exchanged."""
    device = model.device
    ids = [i for one in tokenizer(list(texts), add_special_tokens=False)["input_ids"] for i in one]
    blocks = torch.tensor(ids[: len(ids) // BLOCK * BLOCK], dtype=torch.int32).view(-1, BLOCK)
    print(f"{blocks.numel() / 1e6:.1f} million tokens", flush=True)
    transform = torch.nn.Sequential(
        torch.nn.Linear(WIDTH, WIDTH), torch.nn.GELU(), torch.nn.LayerNorm(WIDTH)
    ).to(device)
    clock = Clock(torch.nn.ModuleList([model, transform]), seconds, 7e-4)
    while clock.gone < 1:
        for rows in torch.randperm(len(blocks)).split(BATCH_TOKENS // BLOCK):
            true = blocks[rows].long().to(device)
            chance = torch.rand(true.shape, device=device)
            hidden = true.masked_fill(chance < MASKED * 0.8, tokenizer.mask_token_id)
            swapped = (chance >= MASKED * 0.8) & (chance < MASKED * 0.9)
            hidden = torch.where(swapped, torch.randint_like(true, 5, len(tokenizer)), hidden)
            asked = chance < MASKED
            with half():
                states = transform(model(input_ids=hidden).last_hidden_state[asked])
                guesses = states @ model.embeddings.word_embeddings.weight.T
            clock.step(functional.cross_entropy(guesses.float(), true[asked]))
            if clock.gone >= 1:
                return


def batches(pairs: Sequence[Pair], rng: random.Random) -> Iterator[list[Pair]]:
    """For ever: `PAIRS` pairs, of which up to `OF_A_PAGE` stand side by side that are of one page.

    Raises:
        ValueError: there are fewer pairs than make a batch.
    """
    if len(pairs) < PAIRS:
        raise ValueError(f"a batch takes {PAIRS} pairs, got {len(pairs)}")
    while True:
        pages: dict[str, list[Pair]] = {}
        for pair in rng.sample(pairs, len(pairs)):
            pages.setdefault(pair.page, []).append(pair)
        groups = [
            page[at : at + OF_A_PAGE]
            for page in pages.values()
            for at in range(0, len(page), OF_A_PAGE)
        ]
        rng.shuffle(groups)
        flat = [pair for group in groups for pair in group]
        for at in range(0, len(flat) - PAIRS + 1, PAIRS):
            yield flat[at : at + PAIRS]


def contrast(
    model: BertModel,
    tokenizer: PreTrainedTokenizerFast,
    pairs: Sequence[Pair],
    seconds: float,
    rng: random.Random,
) -> None:
    """The right section against the others of the batch, at each of `WIDTHS`."""
    device = model.device

    def embed(texts: list[str], most: int) -> torch.Tensor:
        cut = tokenizer(texts, truncation=True, max_length=most, padding=True, return_tensors="pt")
        mask = cut["attention_mask"].to(device)
        with half():
            states = model(input_ids=cut["input_ids"].to(device), attention_mask=mask)
        return (states.last_hidden_state.float() * mask[..., None]).sum(1) / mask.sum(1)[:, None]

    clock, drawn = Clock(model, seconds, 3e-4), batches(pairs, rng)
    while clock.gone < 1:
        batch = next(drawn)
        asked = embed([pair.question for pair in batch], QUESTION_TOKENS)
        held = embed([pair.section for pair in batch], SECTION_TOKENS)
        names = {section: at for at, section in enumerate({pair.section for pair in batch})}
        which = torch.tensor([names[pair.section] for pair in batch], device=device)
        twins = (which[:, None] == which).fill_diagonal_(False)
        loss = asked.new_zeros(())
        for width in WIDTHS:
            a, b = (functional.normalize(x[:, :width], dim=-1) for x in (asked, held))
            scores = (a @ b.T / TEMPERATURE).masked_fill(twins, -1e4)
            right = torch.arange(len(batch), device=device)
            loss = loss + functional.cross_entropy(scores, right)
            loss = loss + functional.cross_entropy(scores.T, right)
        clock.step(loss / (2 * len(WIDTHS)))


def save(model: BertModel, tokenizer: PreTrainedTokenizerFast, out: Path) -> None:
    """As a sentence-transformers folder."""
    with tempfile.TemporaryDirectory() as body:
        model.float().save_pretrained(body)
        tokenizer.save_pretrained(body)
        module = Transformer(
            body, max_seq_length=SECTION_TOKENS, model_kwargs={"add_pooling_layer": False}
        )
        pooling = Pooling(module.get_embedding_dimension(), "mean")
        SentenceTransformer(modules=[module, pooling, Normalize()], device="cpu").save(str(out))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of training data")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--hours", type=float, default=1.3)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(arguments.threads)
    rng = random.Random(SEED)
    texts = texts_of(arguments.data)
    rng.shuffle(texts)
    tokenizer = tokenizer_of([text[:300] for text in texts[:8_000]])
    model = starting_model(tokenizer, arguments.layers)
    model.to("cuda" if torch.cuda.is_available() else "cpu").train()
    seconds = arguments.hours * 3600
    pretrain(model, tokenizer, texts, seconds * MODELLING)
    contrast(model, tokenizer, pairs_of(arguments.data), seconds * (1 - MODELLING), rng)
    save(model, tokenizer, arguments.out)


if __name__ == "__main__":
    main()
