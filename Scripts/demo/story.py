"""The steps of the demonstration, in order; each one a method of Story."""

import json
import os
import pathlib
import random
import re
import signal
import time

import material
import png
import rights
import secrecy
import sketch
from stage import Device, Stage, check, check_text, copy_picture

SEED = "20220829"
SKETCH_SEED = "7"
NOTE = "ink and gouache on tinted paper, never for sale"
MODEL = "winter-tales"
OTHER_MODEL = "silver-faces"
CAST_MODEL = "odd-company"
REASON = "unlicensed-works"
MESSAGE = "Two works of the set are said to be somebody else's."
APPEAL = "appeals@example.org"


class Story:
    """An artist with two devices, the operator of a server, and a moderator."""

    def __init__(self, stage: Stage, recorder, setup, works):
        self.stage = stage
        self.recorder = recorder
        self.setup = setup
        self.works_folder = works
        self.works = None
        self.characters = None
        self.data = stage.path("server")
        self.a = Device(stage, "a")
        self.b = Device(stage, "b")
        self.server = self.invite = self.account = None
        self.first = self.second = self.third = self.removed = None
        self.words = list(material.TITLES) + [NOTE, MODEL, OTHER_MODEL, CAST_MODEL, "oddcompany"]
        self.words += sorted({tag for tags in material.TAGS for tag in tags})
        self.secret_files = []
        self.pictures = stage.path("pictures")
        self.page = []
        os.mkdir(self.pictures)

    def play(self):
        """Every step; throws StepFailed at the first that does not hold."""
        steps = [
            self.fetch, self.open_server, self.join, self.add_works, self.train,
            self.draw_composition, self.draw_sketch_and_die, self.resume, self.repeat,
            self.refuse_third, self.refuse_clean_export, self.settle, self.export_clean,
            self.check_origin, self.let_second_device_in, self.see_from_elsewhere,
            self.edit_on_both, self.write_with_sqlite, self.suspend, self.keep_what_is_yours,
            self.reinstate, self.draw_granted, self.draw_figure,
        ]
        for step in self.scenes(steps):
            with self.stage.step(" ".join(step.__doc__.split())):
                step()
        material.write_page(os.path.join(self.pictures, "index.html"), self.page)

    def scenes(self, first_act):
        """Both acts; the second is set up when the first is over."""
        yield from first_act
        yield from rights.SecondAct(self).steps
        yield self.search_the_wire

    # The server, and the artist's first device.

    def fetch(self):
        """Real illustrations to learn from."""
        if self.works_folder:
            self.works = material.Illustrations.of_folder(self.works_folder)
        else:
            self.works = material.Illustrations.of_debian(self.stage.path("debian"), self.setup)
        self.characters = material.Characters(
            self.stage.path("characters"), is_painted=bool(self.works_folder))
        self.secret_files += self.works.first + self.works.second
        shown = [
            (os.path.basename(copy_picture(path, self.pictures, f"work-{n}{suffix(path)}")), title)
            for n, (path, title) in enumerate(zip(self.works.first, material.TITLES), 1)
        ]
        self.page.append(("What the artist made, and the model learned from", shown))
        self.stage.say(f"{len(shown)} illustrations; they stay on this machine.")

    def open_server(self):
        """An operator starts a server and invites an artist."""
        self.start_server()
        invite = self.operate("invite", "create")
        self.invite = first_text(invite, r"ati1-[A-Za-z0-9_-]+")
        self.stage.say(f"listening on a loopback port; invite {self.invite[:12]}...")

    def join(self):
        """Device A makes a library offline, and joins with the invite: two free credits."""
        made = self.a.run("init", "--device-name", "studio")
        check_text(made.stdout + made.stderr, "phrase")
        again = self.a.run("init", status=73)
        check_text(again.stderr, "already")
        joined = self.a.run("join", self.address(), "--invite", self.invite)
        self.stage.say(joined.stdout)
        self.account = self.a.json("status")["account"]
        self.check_credits(self.a, left=2)

    def add_works(self):
        """Works go in, each with a signed statement that it is the artist's own."""
        for path, title, tags in zip(self.works.first, material.TITLES, material.TAGS):
            options = [part for tag in tags for part in ("--tag", tag)]
            self.a.run(
                "works", "add", path, "--mine", "--title", title, "--note", NOTE, *options)
        without = self.a.run("works", "add", self.works.first[0], status=64)
        check_text(without.stderr, "--mine")
        works = self.a.json("works", "list")["works"]
        check(len(works) == len(self.works.first), f"there are {len(works)} works.")
        check({w["title"] for w in works} <= set(material.TITLES), "the titles differ.")
        self.stage.say(self.a.run("works", "list").stdout)

    def train(self):
        """A style model is made of these works and of nothing else."""
        self.stage.say(self.a.run("models", "train", MODEL, "--all").stdout)
        again = self.a.run("models", "train", MODEL, "--all", status=1)
        check_text(again.stderr, MODEL)

    def draw_composition(self):
        """First generation: a new picture out of a seed."""
        self.first = self.draw(self.a, "composition.png", "--seed", SEED)
        self.check_credits(self.a, left=1)
        self.page.append(("Generation 1: two works joined, from a seed alone", [
            ("composition.png",
             f"seed {SEED}, with the watermark it has until it is countersigned")]))

    def draw_sketch_and_die(self):
        """The server stops. Second generation, over a sketch; the program is killed halfway."""
        self.stop_server()
        drawn = os.path.join(self.pictures, "sketch.png")
        sketch.draw(drawn)
        self.secret_files.append(drawn)
        before = self.journal_bytes()
        process = self.stage.start(
            "atelier", "generate", "--model", MODEL, "--sketch", drawn, "--seed", SKETCH_SEED,
            home=self.a.home, log="killed.log")
        while self.journal_bytes() == before and process.poll() is None:
            time.sleep(0.01)
        time.sleep(random.uniform(0, 1))
        self.stage.stop(process, signal.SIGKILL)
        check(process.returncode == -signal.SIGKILL, "it had ended before it could be killed.")
        check(self.a.json("generations", "list")["generations"][1:] == [], "it was finished.")
        self.check_credits(self.a, left=0)
        self.stage.say("killed with signal 9; its credit was already in the journal.")

    def resume(self):
        """Still offline, the killed generation is finished, and it costs nothing more."""
        out = os.path.join(self.pictures, "from-sketch.png")
        finished = self.a.json("generate", "--resume")["finished"]
        check(len(finished) == 1, f"{len(finished)} generations were finished, not 1.")
        self.second = self.finish(finished[0]["generation"])
        self.a.run("generations", "export", self.second["id"], "--out", out)
        self.check_credits(self.a, left=0)
        self.page.append(("Generation 2: over a sketch, with no network", [
            ("sketch.png", "what the artist roughed in"),
            ("from-sketch.png", f"seed {SKETCH_SEED}")]))

    def repeat(self):
        """The same seed again: the same pixels, and still no credit is spent."""
        before = self.a.json("generations", "list")["generations"]
        os.remove(self.first["file"])
        out = self.stage.path("again.png")
        self.a.run("generate", "--model", MODEL, "--seed", SEED, "--out", out)
        check(png.pixel_hash(out) == png.pixel_hash(os.path.join(self.pictures, "composition.png")),
              "drawing the same thing again gave other pixels.")
        after = self.a.json("generations", "list")["generations"]
        check(len(after) == len(before), "a generation was added.")
        self.stage.say("the file was deleted and drawn again: every pixel is the same.")

    def refuse_third(self):
        """A third generation is refused, with the reason and what to do."""
        refused = self.a.run("generate", "--model", MODEL, "--seed", "3", status=77)
        check_text(refused.stderr, "credit")
        self.stage.say(refused.stderr)

    def refuse_clean_export(self):
        """Without the server's countersignature the watermark stays."""
        out = self.stage.path("too-early.png")
        refused = self.a.run(
            "generations", "export", self.first["id"], "--out", out, "--no-watermark", status=77)
        check(not os.path.exists(out), "it was written all the same.")
        self.stage.say(refused.stderr)

    def settle(self):
        """The server is back: two generations are countersigned."""
        unreachable = self.a.run("sync", status=69)
        self.stage.say(f"before: {unreachable.stderr}")
        self.start_server()
        self.stage.say(self.a.run("sync").stdout)
        receipts = [
            g for g in self.a.json("generations", "list")["generations"] if g["receipt"]
        ]
        check(len(receipts) == 2, f"{len(receipts)} receipts, not 2.")

    def export_clean(self):
        """Now the watermark may go."""
        for generation, name in ((self.first, "composition"), (self.second, "from-sketch")):
            marked = os.path.join(self.pictures, f"{name}.png")
            clean = os.path.join(self.pictures, f"{name}-clean.png")
            self.a.run(
                "generations", "export", generation["id"], "--out", clean, "--no-watermark")
            share = png.differing_share(marked, clean)
            check(0 < share < 0.5, f"the watermark covers {share:.0%} of the picture.")
            self.secret_files += [marked, clean]
            self.stage.say(f"{name}-clean.png: the mark had covered {share:.1%} of the pixels.")
        self.page.append(("Countersigned", [
            ("composition-clean.png", "generation 1"), ("from-sketch-clean.png", "generation 2")]))

    def check_origin(self):
        """A stranger checks, offline, whose works a picture is of; one changed byte shows."""
        picture = pathlib.Path(self.pictures, "composition-clean.png")
        content = bytearray(picture.read_bytes())
        content[-100] ^= 1
        (changed := pathlib.Path(self.stage.path("changed.png"))).write_bytes(content)
        believed = ("--server-key", self.a.json("credentials")["server"])
        stranger = Device(self.stage, "stranger")
        for file, status, word in ((picture, 0, "countersigned"), (changed, 1, "altered")):
            done = stranger.run("verify", str(file), *believed, status=status)
            check_text(done.stdout, word)
            self.stage.say(done.stdout)

    # The second device.

    def let_second_device_in(self):
        """Device B asks to join; the artist types its six words on device A."""
        asked = self.b.json(
            "devices", "request", self.address(), self.account, "--device-name", "tablet")
        words = asked["comparison_words"].split()
        check(len(words) == 6, f"there are {len(words)} words.")
        self.stage.say(f"B shows: {' '.join(words)}")
        wrong = self.a.run("devices", "approve", *words[:5], other_word(words[5]), status=1)
        check_text(wrong.stderr, "words")
        self.a.run("devices", "approve", *words)
        self.b.run("sync")
        names = self.a.run("devices", "list").stdout
        check_text(names, "studio", "tablet")
        self.stage.say(names)

    def see_from_elsewhere(self):
        """B lists everything, and says that the pictures lie on the other device."""
        for kind, count in (("works", len(self.works.first)), ("models", 1), ("generations", 2)):
            rows = self.b.json(kind, "list")[kind]
            check(len(rows) == count, f"B lists {len(rows)} {kind}, not {count}.")
            check(all(row.get("file") is None for row in rows), f"B claims to hold {kind}.")
            check(all(row["device_name"] == "studio" for row in rows), "the device is not named.")
        listing = self.b.run("works", "list").stdout
        check_text(listing, "studio", material.TITLES[0])
        self.stage.say(listing)
        refused = self.b.run("generate", "--model", MODEL, status=1)
        check_text(refused.stderr, "studio")
        self.stage.say(refused.stderr)

    def edit_on_both(self):
        """Both devices edit one work at the same time; both end with the same row and all tags."""
        work = self.by_title(self.a, material.TITLES[0])["id"]
        titles = ["The Two Brothers, at Dawn", "The Elder and the Younger"]
        tags = ["embersky", "brotherhood"]
        self.words += titles + tags
        for device, title, tag in zip((self.a, self.b), titles, tags):
            device.run("works", "edit", work, "--title", title, "--tag", tag)
        for device in (self.a, self.b, self.a):
            device.run("sync")
        a, b = (device.json("works", "show", work) for device in (self.a, self.b))
        check(a["title"] == b["title"] and a["title"] in titles, "the titles differ.")
        wanted = sorted(material.TAGS[0] + tags)
        check(a["tags"] == b["tags"] == wanted, f"the tags are {a['tags']} and {b['tags']}.")
        self.stage.say(f"both: {a['title']}; tags {', '.join(a['tags'])}")

    def write_with_sqlite(self):
        """A row written by another program, the sqlite3 shell, reaches the other device too."""
        note, tag = "hung in the hall, sold to nobody", "shelltag"
        self.words += [note, tag]
        title = material.TITLES[1].replace("'", "''")
        self.b.sql(f"UPDATE works SET note = '{note}' WHERE title = '{title}'")
        self.b.sql(
            "INSERT INTO work_tags (work_id, tag) "
            f"SELECT id, '{tag}' FROM works WHERE title = '{title}'")
        for device in (self.b, self.a):
            device.run("sync")
        row = self.by_title(self.a, material.TITLES[1])
        check(row["note"] == note, f"the note on A is '{row['note']}'.")
        check(tag in row["tags"], f"the tags on A are {row['tags']}.")
        self.stage.say(f"written on B by sqlite3, read on A by atelier: {note}; tag {tag}")

    # The moderator.

    def suspend(self):
        """A moderator suspends the account: both devices are refused, with the reason."""
        self.add_portraits()
        done = self.operate(
            "accounts", "suspend", self.account, "--reason", REASON, "--message", MESSAGE,
            "--appeal", APPEAL)
        self.stage.say(done.stdout)
        for device, model in ((self.a, MODEL), (self.b, OTHER_MODEL)):
            synced = device.run("sync", status=77)
            check_text(
                synced.stdout + synced.stderr, "suspended", REASON, re.escape(MESSAGE), APPEAL)
            drawn = device.run("generate", "--model", model, "--seed", "4", status=77)
            check_text(drawn.stderr, "suspended", REASON)
        self.stage.say(f"A and B alike: {drawn.stderr}")

    def keep_what_is_yours(self):
        """Suspended or not, everything local stays in the artist's hands."""
        for device, count in ((self.a, len(self.works.first)), (self.b, None)):
            works = device.json("works", "list")["works"]
            check(count is None or len(works) >= count, f"{len(works)} works are left.")
            check(device.json("models", "list")["models"], "the models are gone.")
        out = self.stage.path("while-suspended.png")
        self.a.run("generations", "export", self.first["id"], "--out", out)
        check(os.path.getsize(out) > 0, "the export is empty.")
        self.a.run("works", "edit", self.by_title(self.a, material.TITLES[1])["id"],
                   "--tag", "stillmine")
        self.words.append("stillmine")
        self.stage.say("lists, edits and exports work as before.")

    def reinstate(self):
        """The moderator lifts it: both devices sync again, and what waited arrives."""
        self.operate("accounts", "reinstate", self.account, "--message", "Cleared up. Sorry.")
        for device in (self.a, self.b):
            device.run("sync")
        tags = self.by_title(self.b, material.TITLES[1])["tags"]
        check("stillmine" in tags, f"the tags on B are {tags}.")
        for device in (self.a, self.b):
            standing = device.json("status")["standing"]
            check(standing["state"] == "good", f"the standing is {standing}.")
        self.stage.say(self.a.run("status").stdout)

    def draw_granted(self):
        """One more credit is granted, on record: generating works again, on B."""
        self.operate("credits", "grant", self.account, "1", "--reason", "goodwill")
        self.b.run("sync")
        self.third = self.draw(self.b, "granted.png", "--seed", "11", model=OTHER_MODEL)
        self.stage.say(self.b.run("sync").stdout)
        listed = self.b.json("generations", "list")["generations"]
        check(sum(1 for g in listed if g["receipt"]) == 3, "the third is not countersigned.")
        self.page.append(("The granted one, from three portraits, on device B", [
            ("granted.png", "seed 11")]))

    def draw_figure(self):
        """Characters with landmarks give a new one: a head of this, a body of that."""
        cast = self.characters.wait()
        added = self.b.json(
            "works", "add", *[path for path, _ in cast], "--mine", "--tag", "oddcompany")["works"]
        for (path, marks), work in zip(cast, added):
            # A portrait may be among the works that were added before.
            work = work["work"]
            self.b.run("works", "edit", work["id"], "--tag", "oddcompany")
            self.b.run("works", "landmarks", work["id"], "--figure", "-", stdin=marks)
            self.secret_files.append(path)
        printed = self.b.run("works", "landmarks", added[0]["work"]["id"]).stdout
        check_text(printed, "head_outline")
        self.b.run("works", "landmarks", added[0]["work"]["id"], "--show",
                   os.path.join(self.pictures, "landmarks.png"))
        trained = self.b.run("models", "train", CAST_MODEL, "--tag", "oddcompany").stdout
        check_text(trained, f"from {len(cast)} of {len(cast)} works")
        self.operate("credits", "grant", self.account, "1", "--reason", "goodwill")
        self.b.run("sync")
        drawn = self.b.run(
            "generate", "--model", CAST_MODEL, "--figure", "--seed", "5", "--out",
            os.path.join(self.pictures, "figure.png"))
        check_text(drawn.stdout, "the head is from")
        made = self.b.json("generations", "list")["generations"][-1]
        check(made["kind"] == "figure" and len(made["sources"]) > 1,
              f"the figure comes from {made['sources']}.")
        self.secret_files.append(made["file"])
        origin = "painted by a program" if self.characters.are_painted else "of Debian's packages"
        self.stage.say(f"{len(cast)} characters {origin}, with their landmarks")
        self.stage.say(drawn.stdout)
        self.b.run("sync")
        self.page.append(("A new character, made of those with landmarks", [
            ("landmarks.png", "what the artist marks on a work"),
            ("figure.png", "seed 5, with its watermark")]))

    def remove_work(self):
        """A work is withdrawn: the model that learned from it goes, on every device."""
        model = self.a.json("models", "show", MODEL)["file"]
        check(os.path.exists(model), "there was no model file.")
        work = self.by_title(self.a, material.TITLES[len(self.works.first) - 1])
        self.removed = work
        removed = self.a.run("works", "remove", work["id"], "--yes")
        self.stage.say(removed.stdout + removed.stderr)
        check(not os.path.exists(model), "the model's file is still there.")
        check(not os.path.exists(work["file"]), "the work's file is still there.")
        for device in (self.a, self.b):
            device.run("sync")
            names = [m["name"] for m in device.json("models", "list")["models"]]
            check(MODEL not in names, f"{device.name} still lists {names}.")

    def search_the_wire(self):
        """All that went over the wire, and all that the server keeps, is searched for the artist's
        words and pictures."""
        recorded = self.recorder.recorded
        check(b"POST /v1/segments" in recorded, "nothing was recorded.")
        title, work = material.TITLES[0], self.works.first[0]
        with open(work, "rb") as file:
            planted = recorded + title.encode() + file.read()[4000:4100]
        found = secrecy.leaks(planted, [title], [work])
        check(len(found) == 2, f"of a planted title and piece of a picture it finds {found}.")
        self.stop_server()
        for source, heard in (("the wire", recorded), ("the server's folder", self.kept())):
            found = secrecy.leaks(heard, self.words, self.secret_files)
            check(not found, f"{source} gave away {found}.")
            self.stage.say(f"{len(heard):,} bytes of {source}: none of {len(self.words)} words, "
                           f"nothing of {len(self.secret_files)} pictures.")

    # Tools of the steps.

    def start_server(self):
        self.server = self.stage.start(
            "atelier-server", "serve", "--listen", "127.0.0.1:0", "--data", self.data,
            log="server.log")
        line = self.server.stdout.readline()
        port = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        check(port, f"the server did not start: {line}{self.read('server.log')}")
        self.recorder.upstream = int(port.group(1))

    def stop_server(self):
        self.recorder.upstream = None
        self.stage.stop(self.server)
        check(self.server.returncode == 0, f"the server ended with {self.server.returncode}.")

    def operate(self, *arguments, status=0):
        return self.stage.run("atelier-server", *arguments, "--data", self.data, status=status)

    def operate_json(self, *arguments):
        return json.loads(self.operate(*arguments, "--json").stdout)

    def address(self):
        return f"http://127.0.0.1:{self.recorder.port}"

    def draw(self, device, name, *options, model=MODEL):
        """Generates into the pictures' folder."""
        out = os.path.join(self.pictures, name)
        started = time.monotonic()
        drawn = device.json("generate", "--model", model, *options, "--out", out)
        self.stage.say(f"{name}: drawn in {time.monotonic() - started:.0f} seconds")
        return self.finish(drawn["generation"])

    def finish(self, generation):
        check(png.read(generation["file"])[:2] == (generation["width"], generation["height"]),
              "the file has another size than its row says.")
        self.secret_files.append(generation["file"])
        return generation

    def add_portraits(self):
        """Works and a model of B's own, so that B too has something to be refused."""
        for n, path in enumerate(self.works.second):
            title = f"Portrait study {n + 1} of three"
            self.words.append(title)
            self.b.run("works", "add", path, "--mine", "--title", title, "--tag", "sitters")
        self.words.append("sitters")
        self.b.run("models", "train", OTHER_MODEL, "--tag", "sitters")

    def by_title(self, device, title):
        rows = [w for w in device.json("works", "list")["works"] if w["title"] == title]
        check(len(rows) == 1, f"{len(rows)} works are called '{title}'.")
        return rows[0]

    def check_credits(self, device, left):
        credits = device.json("credits")
        check(credits["usable"] == left, f"credits are {credits}, not {left} left.")

    def journal_bytes(self):
        folder = os.path.join(self.a.home, "journal")
        return sum(entry.stat().st_size for entry in os.scandir(folder))

    def kept(self):
        """Every byte of the server's folder and of its log."""
        paths = [os.path.join(top, name) for top, _, names in os.walk(self.data) for name in names]
        parts = []
        for path in paths + [self.stage.path("server.log")]:
            with open(path, "rb") as file:
                parts.append(file.read())
        return b"".join(parts)

    def read(self, name):
        with open(self.stage.path(name), encoding="utf-8") as file:
            return file.read()


def suffix(path):
    return os.path.splitext(path)[1].lower()


def first_text(done, pattern):
    found = re.search(pattern, done.stdout)
    check(found, f"it does not show {pattern}: {done.stdout}")
    return found.group(0)


def other_word(word):
    return "zebra" if word != "zebra" else "zone"
