"""The pictures of the demonstration: real illustrations to learn from, and a page to look at."""

import glob
import html
import json
import os
import subprocess
import sys
import threading

from stage import StepFailed, check

HERE = os.path.dirname(os.path.abspath(__file__))

# One is there on Debian 12, the other on Debian 13.
PACKAGES = ("wesnoth-1.16-httt", "wesnoth-1.18-httt")
CAMPAIGN = "usr/share/games/wesnoth/*/data/campaigns/Heir_To_The_Throne/images"

TITLES = [
    "The Two Brothers", "A Crown from Red Snow", "The Queen's Violet Cloak", "The Old Adviser",
    "Lightning over the Ford", "Fallen among the Ruins", "The Child in Furs",
    "Flight through Green Dusk",
]
TAGS = [
    ["courtyard", "winterlight"], ["battlefield"], ["courtyard", "violetcloth"],
    ["bannerfield"], ["battlefield", "stormlight"], ["ruinstones"], ["hearthred"],
    ["forestdusk", "ruinstones"],
]


class Illustrations:
    """Up to eight works of the artist on device A, and up to three on device B."""

    def __init__(self, first, second):
        self.first = first
        self.second = second

    @classmethod
    def of_folder(cls, folder):
        """The pictures that somebody gave with --works."""
        names = sorted(
            os.path.join(folder, name) for name in os.listdir(folder)
            if name.lower().endswith((".png", ".jpg", ".jpeg")))
        check(len(names) >= 3, f"'{folder}' holds {len(names)} pictures; at least 3 are needed.")
        kept = 3 if len(names) >= 6 else 1
        return cls(names[:-kept][:8], names[-kept:])

    @classmethod
    def of_debian(cls, folder, setup):
        """The story illustrations and three portraits of a Debian package, not installed."""
        os.makedirs(folder)
        _unpack(_download(folder, setup), folder)
        images = glob.glob(os.path.join(folder, CAMPAIGN))
        check(len(images) == 1, "the package does not hold the campaign's images.")
        story = sorted(glob.glob(os.path.join(images[0], "story", "httt_story[1-8].*")))
        check(len(story) == 8, f"the package holds {len(story)} story illustrations, not 8.")
        portraits = [
            os.path.join(images[0], "portraits", name)
            for name in ("kalenz.png", "lisar.png", "moremirmu.png")
        ]
        missing = [path for path in portraits if not os.path.exists(path)]
        check(not missing, f"the package does not hold {missing}.")
        return cls(story, portraits)


class Characters:
    """Portraits with landmarks, of three Debian packages; fetched while other steps are played.

    Where the packages cannot be had, or works were given, the characters of
    Scripts/paint-characters take their place.
    """

    FEWEST = 12

    def __init__(self, folder, is_painted):
        self.folder = folder
        self.cast = []
        self.are_painted = is_painted
        os.makedirs(folder)
        self._thread = threading.Thread(target=self._fetch, daemon=True)
        self._thread.start()

    def wait(self):
        """Pairs of a picture and the text of its landmarks, once they are there."""
        self._thread.join()
        check(self.cast, "no characters could be fetched or painted.")
        return self.cast

    def _fetch(self):
        if not self.are_painted:
            self.cast = self._of_debian()
        if len(self.cast) < self.FEWEST:
            self.are_painted = True
            self.cast = self._painted()

    def _of_debian(self):
        for part in ("data", "httt", "trow"):
            packages = [f"wesnoth-{version}-{part}" for version in ("1.16", "1.18")]
            try:
                package = _download(self.folder, None, packages)
            except StepFailed:
                return []
            reader = subprocess.Popen(
                ["dpkg", "--fsys-tarfile", package], stdout=subprocess.PIPE)
            subprocess.run(
                ["tar", "-xf", "-", "-C", self.folder, "--wildcards", "*/portraits/*.png"],
                stdin=reader.stdout, capture_output=True, check=False)
            reader.stdout.close()
            reader.wait()
            os.remove(package)
        with open(os.path.join(HERE, "landmarks.json"), encoding="utf-8") as file:
            landmarks = json.load(file)
        images = os.path.join(self.folder, "usr/share/games/wesnoth/*/data")
        cast = []
        for name, marks in landmarks.items():
            found = [
                path for place in ("core/images/portraits/humans", "campaigns/*/images/portraits")
                for path in sorted(glob.glob(os.path.join(images, place, name + ".png")))
            ]
            if found:
                cast.append((found[0], json.dumps(marks)))
        return cast

    def _painted(self):
        painted = os.path.join(self.folder, "painted")
        subprocess.run(
            [sys.executable, "-B", os.path.join(HERE, "..", "paint-characters"), painted],
            check=True)
        cast = []
        for path in sorted(glob.glob(os.path.join(painted, "*.png"))):
            with open(path[:-3] + "json", encoding="utf-8") as file:
                cast.append((path, file.read()))
        return cast


def _download(folder, setup, packages=PACKAGES):
    """Fetches the first of the packages that this Debian knows; refreshes the lists if need be."""
    for refreshed in (False, True) if setup else (False,):
        if refreshed:
            subprocess.run([setup, "--refresh"], check=False)
        for package in packages:
            done = subprocess.run(
                ["apt-get", "download", package], cwd=folder, capture_output=True, text=True)
            files = glob.glob(os.path.join(folder, package + "*.deb"))
            if done.returncode == 0 and files:
                return files[0]
    raise StepFailed(
        "apt-get could not download the illustrations. Give your own with --works FOLDER.\n"
        + done.stderr)


def _unpack(package, folder):
    done = subprocess.run(["dpkg", "-x", package, folder], capture_output=True, text=True)
    check(done.returncode == 0, f"dpkg could not unpack {package}: {done.stderr}")


def write_page(path, groups):
    """Writes one HTML page; `groups` is a list of (heading, [(file beside it, caption)])."""
    parts = [
        "<!doctype html><meta charset=utf-8><title>atelier-demo</title>",
        "<style>body{font:16px/1.5 sans-serif;margin:2rem;background:#222;color:#ddd}",
        "figure{display:inline-block;margin:0 1rem 1rem 0}img{height:20rem;display:block}",
        "h2{font-weight:normal}</style>",
    ]
    for heading, pictures in groups:
        parts.append(f"<h2>{html.escape(heading)}</h2>")
        for name, caption in pictures:
            parts.append(
                f'<figure><img src="{html.escape(name)}" alt="">'
                f"<figcaption>{html.escape(caption)}</figcaption></figure>")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(parts) + "\n")
