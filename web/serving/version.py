"""One version of a model, in a process of its own."""

from pathlib import Path

from web.serving.batches import Arrays, Batches
from web.serving.errors import CallError
from web.serving.limits import Limits
from web.serving.process import Process
from web.serving.signature import Signature, from_definition
from web.serving.sources import Found

START, LOADING, AVAILABLE, UNLOADING, END = "START", "LOADING", "AVAILABLE", "UNLOADING", "END"
LOADING_AGAIN = 2  # seconds after which a caller may try again


class Version:
    """A version of a model.

    Attributes:
        model: Name of the model.
        number: Of the version.
        state: As TensorFlow Serving has them: `START`, `LOADING`, `AVAILABLE`, `UNLOADING`, `END`.
        error: Why it is not served; "" where nothing is wrong.
        signatures: Name -> `Signature`, once it is loaded.
        definitions: The same as JSON has them.
        classes: Names of the classes of a classifier's export, else None.
    """

    def __init__(self, model: str, number: int, found: Found, limits: Limits):
        self.model, self.number, self.found, self._limits = model, number, found, limits
        self.state, self.error = START, ""
        self.signatures: dict[str, Signature] = {}
        self.definitions: dict[str, dict] = {}
        self.classes: list[str] | None = None
        self._process: Process | None = None
        self._batches: Batches | None = None

    @property
    def folder(self) -> Path:
        """The SavedModel."""
        return self.found.folder

    async def load(self) -> None:
        """Start its process. Raises CallError where it cannot be loaded; `error` then says why, too."""
        self.state = LOADING
        try:
            self._process = await Process.start(self.folder, self._limits.threads)
        except CallError as error:
            self.state, self.error = END, str(error)
            raise
        self.definitions = self._process.head["definitions"]
        self.classes = self._process.head["classes"]
        self.signatures = {name: from_definition(name, one) for name, one in self.definitions.items()}
        self._batches = Batches(self._process.call, self._limits)
        self.state = AVAILABLE

    def signature(self, name: str) -> Signature:
        """A signature. Raises CallError where there is none of this name."""
        if name not in self.signatures:
            known = ", ".join(f"`{one}`" for one in self.signatures)
            raise CallError(400, f"the model has no signature `{name[:100]}`. It has {known}")
        return self.signatures[name]

    async def call(self, signature: Signature, inputs: Arrays) -> Arrays:
        """Outputs for inputs that fit the signature. Raises CallError."""
        if self.state != AVAILABLE:
            raise CallError(503, f"version {self.number} of {self.model} is {self.state}", LOADING_AGAIN)
        return await self._batches.call(signature, inputs)

    async def end(self) -> None:
        """End its process."""
        self.state = UNLOADING
        if self._batches:
            await self._batches.end(CallError(503, f"version {self.number} of {self.model} ends", LOADING_AGAIN))
        if self._process:
            await self._process.end()
        self.state = END
