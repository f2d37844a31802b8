"""Refusals of the server, each with its HTTP status and a stable code."""

from http import HTTPStatus


class RequestError(Exception):
    """Answers an OpenAI error body; the message names the fault and what would be right."""

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


def no_numbers(adapter: str | None) -> RequestError:
    """A 500 answer for a model whose output overflowed."""
    model = f"The adapter `{adapter}`" if adapter else "The base model"
    return RequestError(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "not_finite",
        f"{model} gives values that are not finite for this prompt; unload it, or train it at a lower learning rate",
        "model",
    )


def unknown_model(name: str) -> RequestError:
    """A 404 answer for a model that is not loaded."""
    return RequestError(
        HTTPStatus.NOT_FOUND,
        "model_not_found",
        f"The model `{name}` does not exist; load it or ask /v1/models",
        "model",
    )
