"""A library with something of everything: painted works, characters with landmarks, two styles, a
sheet of drafts with two pictures, a figure, on a server of its own."""

import contextlib
import json
import subprocess
import sys

import community
import studio

LANDSCAPES = ["Morning at the river", "Late light over the mill", "Teal hills", "Before the storm",
              "Wheat in August", "The far farm"]
CHARACTERS = ["Ranger", "Miller", "Ferryman", "Beekeeper"]


def paint(script, folder, *options):
    """Runs a script that paints pictures; returns the pictures."""
    subprocess.run([sys.executable, "-B", str(studio.ROOT / "Scripts" / script), str(folder),
                    *options], check=True, capture_output=True)
    return sorted(folder.glob("*-[0-9][0-9].png"))


def works(page):
    """The works by their titles."""
    return {work["title"]: work
            for work in json.loads(page.command("works", "list", "--json"))["works"]}


def add_paintings(page):
    """Adds landscapes, and characters with their landmarks."""
    painted = paint("paint-landscapes", page.folder / "landscapes")
    for title, file in zip(LANDSCAPES, painted):
        tags = ["--tag", "valley"] + (["--tag", "gouache"] if "l" in title else [])
        page.command("works", "add", file, "--mine", "--title", title, *tags)
    painted = paint("paint-characters", page.folder / "characters", "--count", "4")
    for title, file in zip(CHARACTERS, painted):
        page.command("works", "add", file, "--mine", "--title", title, "--tag", "characters")
        page.command("works", "landmarks", works(page)[title]["id"], "--figure",
                     file.with_suffix(".json"))


@contextlib.contextmanager
def scene():
    """A page with everything in it, and the address of its server."""
    with studio.studio() as page, community.community(page) as address:
        add_paintings(page)
        page.command("models", "train", "Valley", "--tag", "valley")
        page.command("models", "train", "People", "--tag", "characters")
        page.command("sync")
        page.command("generate", "--model", "Valley", "--seed", "7", "--size", "320x240",
                     "--drafts", "9", "--pick", "1,4")
        page.command("generate", "--model", "People", "--figure", "--seed", "3", "--size",
                     "256x320")
        yield page, address


def others_of(page, style):
    """The ids of a style by its name, and of the first picture that it drew."""
    models = json.loads(page.command("models", "list", "--json"))["models"]
    made = json.loads(page.command("generations", "list", "--json"))["generations"]
    pictures = [picture for picture in made if picture["model_name"] == style
                and (picture["draft"] or not picture["drafts"])]
    return {"style": next(model["id"] for model in models if model["name"] == style),
            "picture": pictures[0]["id"]}
