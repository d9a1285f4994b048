"""Networks: any of the suite, a trained one, or a .keras file, as a table and a drawing.

    python -m apps.networks                                      all published networks beside each other
    python -m apps.networks resnet --depth 50                    each layer: shape, parameters, multiply-adds ...
    python -m apps.networks resnet --depth 50 --html page.html   the same with a drawing, as one page
    python -m apps.networks convnet --image-size 28              pictures of another size
    python -m apps.networks runs/classify/NAME --svg net.svg     the network of a run, and its drawing as a file
    python -m apps.networks model.keras --no-times               of any Keras model, without measuring it

A line says of one layer, for one record: output, parameters, multiply-adds of its kernels, receptive field and stride
in pixels of the picture, memory of its outputs, milliseconds on this machine. What is published of a network stands
below, with its source; the last line is `parameters=... multiply_adds=... milliseconds=...`.
"""

from cli.run import run
from tasks.network_request import Gallery, for_arguments


def main(config) -> dict[str, float]:
    """Print the table, or the gallery, write what is asked for, and return the figures of the last line."""
    from tasks.network_tables import show_gallery, show_network

    alone = not isinstance(getattr(config, "model", None), Gallery)
    return show_network(config) if alone else show_gallery(config.shown)


if __name__ == "__main__":
    run(main, "python -m apps.networks", kind=for_arguments)
