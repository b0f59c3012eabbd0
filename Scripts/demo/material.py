"""The pictures of the demonstration: real illustrations to learn from, and a page to look at."""

import glob
import html
import os
import subprocess

from stage import StepFailed, check

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


def _download(folder, setup):
    """Fetches the first of the packages that this Debian knows; refreshes the lists if need be."""
    for refreshed in (False, True):
        if refreshed:
            subprocess.run([setup, "--refresh"], check=False)
        for package in PACKAGES:
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
