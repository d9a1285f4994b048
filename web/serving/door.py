"""How the server of models is started."""

from web.address import Address
from web.listening import listen
from web.page.routes import routes
from web.serving.application import application
from web.serving.config import Config
from web.serving.limits import Limits
from web.serving.models import Models
from web.serving.sources import sources


def serve(config: Config) -> None:
    """Serve until SIGINT or SIGTERM. Raises UserError where there is nothing to serve, or no place to listen on."""
    address = Address(config.host, config.port, config.token, config.open, config.allow_origin)
    limits = Limits(batch=config.batch, threads=config.threads)
    models = Models(sources(config.runs), limits, config.which, config.numbers, config.watch)
    taken = []

    def tell_ready(url: str = "") -> None:
        """Called when it listens, and when all is loaded: the second time it is ready."""
        taken.extend([url] if url else [])
        if taken and models.are_loaded:
            also = f" and gRPC on {config.host}:{models.grpc_port}" if models.grpc_port else ""
            print(f"ready: {taken[0]} serves {', '.join(models.by_name)}{also}", flush=True)

    app = application(models, address, routes(models.served, config.flag), tell_ready, config.grpc)
    listen(app, address, tell_ready, lambda: models.failure is not None)
    if models.failure:
        raise models.failure
