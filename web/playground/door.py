"""How the playground is started."""

from urllib.parse import urlencode

from cli.errors import UserError
from web.address import Address
from web.playground.config import Config


def serve(config: Config) -> None:
    """Listen, and print the address to open. Raises UserError: the address or the table cannot be used."""
    address = Address(config.host, config.port, config.token, config.open)
    from training.devices import backend, limit_threads

    if backend() != "tensorflow":
        raise UserError(f"the playground trains on TensorFlow. Received: KERAS_BACKEND={backend()}; unset it.")
    limit_threads(1)  # the networks are tiny: more threads wait for each other
    from web.listening import listen
    from web.playground import own_table
    from web.playground.server import application

    table = own_table.read_file(config.data) if config.data else None
    fragment = f"#{urlencode({'dataset': 'table'})}" if table else ""
    listen(application(address, table), address, lambda url: print(f"playground  {url}{fragment}", flush=True))
