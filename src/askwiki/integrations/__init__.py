"""askwiki as a part of other frameworks; each file needs an extra of its own name.

langchain   a retriever, a runnable and a tool for LangChain and LangGraph
"""
