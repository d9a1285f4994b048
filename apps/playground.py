"""The playground: small networks that train before your eyes, in the browser.

    python -m apps.playground                            prints the address to open
    python -m apps.playground --data people.csv          a table of your own: two columns drawn, the others held
    python -m apps.playground --port 0                   on a free port
    python -m apps.playground --host 0.0.0.0 --token WORD     for a class room: others need the word

Addresses of TensorFlow Playground (what stands after #) open here. It stops with Ctrl-C.
"""

from cli.run import run
from web.playground.config import Config


def main(config: Config) -> None:
    """Serve the page until told to stop."""
    from web.playground.door import serve

    serve(config)


if __name__ == "__main__":
    run(main, "python -m apps.playground")
