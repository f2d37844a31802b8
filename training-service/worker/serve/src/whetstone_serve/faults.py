"""Errors of the server, each with a stable code."""

from http import HTTPStatus


class StartError(Exception):
    """The server cannot start; the detail has the remedy."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class RequestError(Exception):
    """A request that is answered with an HTTP status and an OpenAI error body."""

    def __init__(self, status: HTTPStatus, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.param = param

    def body(self) -> dict[str, object]:
        """The error in OpenAI's shape."""
        kind = {
            HTTPStatus.NOT_FOUND: "NotFoundError",
            HTTPStatus.BAD_REQUEST: "BadRequestError",
            HTTPStatus.SERVICE_UNAVAILABLE: "ServiceUnavailableError",
        }.get(self.status, "InternalServerError")
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}


def bad_request(code: str, message: str, param: str | None = None) -> RequestError:
    """A 400 answer."""
    return RequestError(HTTPStatus.BAD_REQUEST, code, message, param)


def not_finite(adapter: str | None) -> RequestError:
    """A 500 answer for a model whose output is not finite."""
    model = f"The adapter `{adapter}`" if adapter else "The base model"
    return RequestError(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "not_finite",
        f"{model} computes values that are not finite for this prompt; unload it, or train it at a lower learning rate",
        "model",
    )


def unknown_model(name: str) -> RequestError:
    """A 404 answer for a model that is not loaded."""
    return RequestError(
        HTTPStatus.NOT_FOUND,
        "model_not_found",
        f"The model `{name}` does not exist; load it, or choose one that GET /v1/models lists",
        "model",
    )
