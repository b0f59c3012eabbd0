"""The second act of the demonstration: whose works may be learned from, and how that is settled."""

import os
import re

import sketch
from stage import Device, check, check_text

BORROWED, OWN = "borrowed", "own-hand"
APPEAL = "We made it together in 2019; the first artist has written to you."
DECISION = "This work was registered before by the account that made it."
OVERTURNED = "Both accounts say that they made it together. The receipts are given back."


class SecondAct:
    """A second artist with one device, and two moderators, in the story's world."""

    def __init__(self, story):
        self.story = story
        self.stage = story.stage
        self.a, self.b = story.a, story.b
        self.c = Device(story.stage, "c")
        self.case = None
        self.files = story.works.first[:2]
        story.words += [BORROWED, OWN, "Borrowed finery", "A field of my own"]

    @property
    def steps(self):
        """In order; each one a method with the step's title as its text."""
        return [
            self.reserve, self.refuse_marked, self.refuse_reserved, self.open_case,
            self.withhold, self.appeal, self.story.remove_work, self.certify,
        ]

    def reserve(self):
        """The artist reserves a work: nobody else in the community may train on it."""
        work = self.works_of_a()[0]
        done = self.a.run("works", "reserve", work["id"])
        check_text(done.stdout, "in force")
        self.stage.say(done.stdout)
        shown = self.a.run("works", "show", work["id"])
        check_text(shown.stdout, "nobody else may train")

    def refuse_marked(self):
        """A second artist joins. A copy that says "no AI training" is refused, in words."""
        invite = self.story.operate("invite", "create")
        code = re.search(r"ati1-[A-Za-z0-9_-]+", invite.stdout).group(0)
        self.c.run("init", "--device-name", "attic")
        self.c.run("join", self.story.address(), "--invite", code)
        folder = self.stage.path("for-the-web")
        work = self.works_of_a()[-1]
        copy = self.a.json("works", "protect", work["id"], "--out", folder)["copies"][0]["file"]
        refused = self.c.run("works", "add", copy, "--mine", status=77)
        check_text(refused.stderr, "no AI may be trained", "plus:DataMining", "--own-mark")
        self.stage.say(refused.stderr)

    def refuse_reserved(self):
        """The second artist syncs and goes offline. The reserved work is refused all the same."""
        self.c.run("sync")
        self.story.stop_server()
        refused = self.c.run("works", "add", self.files[0], "--mine", status=77)
        check_text(refused.stderr, "reservation", "contest")
        check(self.c.json("works", "list")["works"] == [], "it was added.")
        self.stage.say(refused.stderr)
        self.story.start_server()

    def open_case(self):
        """A work without a reservation goes in. Registering it opens a case; nobody is punished."""
        field = self.stage.path("field.png")
        sketch.draw(field)
        for path, title, model in (
            (self.files[1], "Borrowed finery", BORROWED), (field, "A field of my own", OWN)
        ):
            work = self.c.json("works", "add", path, "--mine", "--title", title)["works"][0]
            self.c.run("models", "train", model, "--work", work["work"]["id"])
        self.stage.say(self.c.run("sync").stdout)
        for name in ("ada", "bea"):
            self.story.operate("moderator", "add", name, "--role", "moderator")
        cases = self.story.operate_json("cases", "list")["cases"]
        matches = [case for case in cases if case["kind"] == "match"]
        check(len(matches) == 1, f"{len(matches)} cases were opened, not 1: {cases}")
        self.case = str(matches[0]["id"])
        self.stage.say(self.story.operate("cases", "show", self.case).stdout)

    def withhold(self):
        """A moderator withholds the work: receipts stop for the model with it, and no other."""
        decision = (
            "cases", "decide", self.case, "--act", "withhold-work", "--side", "respondent",
            "--code", "not-own-work", "--text", DECISION, "--as", "ada")
        before = self.story.operate(*decision, "--dry-run")
        check_text(before.stdout, "nothing was changed")
        self.stage.say(before.stdout)
        self.story.operate(*decision)
        for model in (BORROWED, OWN):
            self.c.run("generate", "--model", model, "--seed", "9", "--size", "256x256")
        synced = self.c.run("sync")
        check_text(synced.stdout, f"Case {self.case}", "decided", "1 generation held")
        self.stage.say(synced.stdout)
        check(self.receipts() == {OWN}, f"receipts are {self.receipts()}.")

    def appeal(self):
        """The second artist appeals; another moderator decides and gives the receipts back."""
        shown = self.c.run("cases", "show", self.case)
        check_text(shown.stdout + shown.stderr, "not-own-work", "appeal")
        self.stage.say(shown.stdout)
        self.c.run("appeal", self.case, APPEAL)
        settle = (
            "appeals", "decide", self.case, "--act", "dismiss", "--side", "respondent",
            "--code", "made-together", "--text", OVERTURNED)
        same = self.story.operate(*settle, "--as", "ada", status=None)
        check(same.returncode != 0, "who decided could decide on the appeal.")
        self.stage.say(f"ada, who decided, is refused: {same.stderr}")
        self.story.operate(*settle, "--as", "bea")
        synced = self.c.run("sync")
        self.stage.say(synced.stdout)
        check(self.receipts() == {BORROWED, OWN}, f"receipts are {self.receipts()}.")
        first = self.a.run("sync")
        check_text(first.stdout, f"Case {self.case}")

    def certify(self):
        """It is deleted for good. Its certificate says on which devices that is done."""
        work = self.story.removed
        out = self.stage.path("deletion.txt")
        self.a.run("works", "remove", work["id"], "--yes", "--now")
        first = self.a.run("works", "certificate", work["id"])
        check_text(first.stdout, "Done on studio", "Pending on tablet")
        for device in (self.a, self.b, self.a):
            device.run("sync")
        self.a.run("works", "certificate", work["id"], "--out", out)
        # Anybody can check it, without a library.
        checked = self.stage.run("atelier", "works", "certificate", "--check", out)
        check_text(checked.stdout, "Done on studio", "Done on tablet", "has confirmed")
        check("Pending" not in checked.stdout, "a device is still pending.")
        self.stage.say(checked.stdout)
        for device in (self.a, self.b):
            left = self.left_in(device, work)
            check(not left, f"{device.name} still holds something of it in {left}.")

    # Tools of the steps.

    def receipts(self):
        made = self.c.json("generations", "list")["generations"]
        return {entry["model_name"] for entry in made if entry["receipt"]}

    def works_of_a(self):
        """The works that the first artist added, oldest first."""
        return self.a.json("works", "list")["works"][: len(self.story.works.first)]

    def left_in(self, device, work):
        """The library's files that hold the work's title, or bytes from the middle of its file."""
        with open(self.story.works.first[-1], "rb") as file:
            data = file.read()
        wanted = [work["title"].encode(), data[len(data) // 2 :][:32]]
        found = []
        for top, _, names in os.walk(device.home):
            for name in names:
                with open(os.path.join(top, name), "rb") as file:
                    data = file.read()
                if any(piece in data for piece in wanted):
                    found.append(name)
        return found
