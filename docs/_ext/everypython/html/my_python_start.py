# The first file that Python runs of my-python.pyz.
import sys

if sys.version_info < (3, 10):  # noqa: UP036  # older Pythons read this as well
    sys.exit("my-python.pyz needs Python 3.10 or newer, and this is %d.%d" % sys.version_info[:2])  # noqa: UP031

import importlib
import io
import pathlib
import shutil
import signal
import tempfile
import zipfile

PIECE = "everything.zip.xz"

folder = None
status = None  # type: int | str | None
try:
    folder = tempfile.mkdtemp(prefix="my-python-")  # unpacked, as processes of their own run what is in here
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # which removes the folder, too
    archive = zipfile.ZipFile(sys.path[0])
    if PIECE in archive.namelist():
        import lzma

        archive = zipfile.ZipFile(io.BytesIO(lzma.decompress(archive.read(PIECE))))
    archive.extractall(folder)
    sys.path[0] = folder
    sys.dont_write_bytecode = True
    program = importlib.import_module("everypython.my_python")
    status = program.main(sys.argv[1:], pathlib.Path(folder))
except ImportError as error:
    if error.name not in ("lzma", "_lzma"):
        raise
    status = "my-python.pyz: this Python was built without lzma; take my-python-larger.pyz, which stands beside this"
except OSError as error:
    status = "my-python.pyz cannot be unpacked (%s). TMPDIR or TEMP can name a folder with room for it" % error  # noqa: UP031
except KeyboardInterrupt:
    status = "\nmy-python.pyz: stopped; nothing is left behind, and no file is written"
finally:
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
sys.exit(status)
