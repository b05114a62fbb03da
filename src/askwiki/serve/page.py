"""The chat page, and the web server it is served by."""

import asyncio
import errno
import logging
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read while gradio is imported

import gradio as gr
import uvicorn
from fastapi import FastAPI

from askwiki.errors import SettingsError
from askwiki.serve.chat import Page
from askwiki.serve.guard import Guard
from askwiki.serve.wording import words
from askwiki.settings import Settings

if TYPE_CHECKING:
    from askwiki.pipeline import AskWiki

_HERE = Path(__file__).parent
_FONTS = ("PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")
_MONO = ("ui-monospace", "Consolas", "monospace")


def build_page(wiki: "AskWiki", settings: Settings) -> gr.Blocks:
    """The page over `wiki`; nothing is served yet."""
    blocks: gr.Blocks = Page(wiki, settings).blocks
    return blocks


def build_app(wiki: "AskWiki", settings: Settings) -> FastAPI:
    """The page as an ASGI application, for a server of one's own."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard)
    gr.mount_gradio_app(
        app,
        build_page(wiki, settings),
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=1,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        favicon_path=str(_HERE / "icon.png"),
        # Named fonts alone: those of the built-in themes come from a Google server.
        theme=gr.themes.Base(font=list(_FONTS), font_mono=list(_MONO)),
        css_paths=_HERE / "style.css",
    )
    return app


def serve(wiki: "AskWiki", settings: Settings) -> None:
    """Serve the page on the host and port of `settings` until Ctrl-C; port 0 takes a free one.

    Raises:
        SettingsError: the address cannot be listened on.
    """
    with _listen(settings.host, settings.port) as listener:
        config = uvicorn.Config(
            build_app(wiki, settings), log_level="warning", timeout_graceful_shutdown=1
        )
        # A page that is still open is cut off after that second, which is no error.
        logging.getLogger("uvicorn.error").addFilter(_not_about_open_pages)
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        address = f"http://{host}:{listener.getsockname()[1]}"
        print(words(settings.language).serving.format(address), flush=True)
        try:
            uvicorn.Server(config).run(sockets=[listener])
        except KeyboardInterrupt:
            return


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket, so that a busy port is known before anything is printed."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            problem = f"port {port} on {host} is taken by another program"
        else:
            problem = f"port {port} on {host} cannot be listened on ({error.strerror})"
        raise SettingsError(
            f"{problem}: choose another with --port or ASKWIKI_PORT, or --host or ASKWIKI_HOST"
        ) from None


def _not_about_open_pages(record: logging.LogRecord) -> bool:
    error = record.exc_info[1] if record.exc_info else None
    cut_off = isinstance(error, asyncio.CancelledError)
    return not cut_off and "graceful shutdown" not in record.getMessage()
