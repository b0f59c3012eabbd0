"""What ./atelier-demo runs once everything is built; see `./atelier-demo --help`."""

import argparse
import os
import shutil
import signal
import sys
import tempfile

from recorder import Recorder
from stage import Stage, StepFailed
from story import Story


def main():
    """Plays the story, cleans up, and says how it went."""
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = tempfile.mkdtemp(prefix="atelier-demo.")
    stage = Stage(folder, options.programs)
    recorder = Recorder()
    print(f"atelier-demo: works in {folder}")
    held = False
    try:
        Story(stage, recorder, options.setup, options.works).play()
        held = True
    except StepFailed:
        print(f"atelier-demo: everything is kept in {folder}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\natelier-demo: interrupted", file=sys.stderr)
    finally:
        stage.close()
        recorder.close()
    if not held:
        return 1
    farewell(stage, options)
    print(f"atelier-demo: all {stage.held} steps held")
    return 0


def farewell(stage, options):
    """Leaves the pictures and the first device's library, and the rest if it is wanted."""
    if not options.keep:
        for name in os.listdir(stage.folder):
            if name not in ("pictures", "a"):
                shutil.rmtree(stage.path(name), ignore_errors=True)
                if os.path.isfile(stage.path(name)):
                    os.remove(stage.path(name))
    print(f"\nThe pictures: {stage.path('pictures')}")
    print(f"All on one page: {stage.path('pictures', 'index.html')}")
    atelier = os.path.join(options.programs, "atelier")
    print(f"The artist's page on the library: {atelier} ui --home {stage.path('a')}")
    if options.keep:
        print(f"Both devices and the server's folder: {stage.folder}")
    print(f"{stage.seconds():.0f} seconds in all.\n")


def parse():
    """Arguments come from ./atelier-demo, which has checked them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", required=True)
    parser.add_argument("--setup", required=True)
    parser.add_argument("--works")
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
