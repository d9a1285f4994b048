"""Answers of the server: JSON, also with NaN and with texts that are no Unicode; and refusals."""

import json

from starlette.responses import Response

from web.serving.errors import CallError


def answer(content, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON as TensorFlow Serving writes it: NaN and Infinity as bare words."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    return Response(body, status, headers, "application/json")


def refusal(error: CallError) -> Response:
    """An object with the one key `error`."""
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
    return answer({"error": str(error)}, error.status, headers)
