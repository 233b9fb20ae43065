import signal

# What a shell script runs in the background ignores Ctrl-C, and so do all processes that it starts; tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
