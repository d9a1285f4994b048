"""The playground: small networks of the suite, trained by a server and watched in a browser.

After TensorFlow Playground (Smilkov, Carter, Sculley, Viégas and Wattenberg 2017, Direct-manipulation visualization of
deep networks, arXiv:1708.03788), whose addresses open here.
"""
