"""The interactive drawing, in a browser: what it shows, what a reader can do, and what it never does."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from archc.architecture import Architecture
from archc.drawing.html import as_html
from archc.drawing.palette import DARK, LIGHT
from archc.drawing.view import Folding

DRIVE = Path(__file__).with_name("drive.js").read_text(encoding="utf-8")
WATCH = """
const wrong = [];
addEventListener("error", (event) => wrong.push(event.message));
addEventListener("securitypolicyviolation", (event) => wrong.push(event.violatedDirective));
console.error = console.warn = (...words) => wrong.push(words.join(" "));
window.matchMedia = () => ({ matches: true });  // a reader who wants no motion
"""
STILL = 'document.styleSheets[0].insertRule("* { transition: none !important; }");'

Drive = Callable[[str, str], Any]


@pytest.fixture(scope="session")
def drive(browser: ModuleType) -> Drive:
    """Opens a page under its own policy, runs a script there, and gives what that returns."""

    def run(page: str, script: str) -> Any:
        steps = f"{browser.SCRIPT}\n{DRIVE}\n{STILL}"
        steps += f"\naddEventListener('load', () => report((() => {{ {script} }})()));"
        page = page.replace("script-src ", f"script-src {digest(WATCH)} {digest(steps)} ", 1)
        data = '<script type="application/json"'
        page = page.replace(data, f"<script>{WATCH}</script>{data}", 1)
        return browser.run(f"{page}<script>{steps}</script>")

    return run


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def html(name: str, **options: Any) -> str:
    return as_html(Architecture.load(name).graph, LIGHT, **options)


def data(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


@pytest.fixture(scope="module")
def googlenet() -> str:
    return html("googlenet", folding=Folding(0))


def test_a_page_loads_nothing_and_complains_of_nothing(drive: Drive, googlenet: str) -> None:
    seen = drive(
        googlenet,
        """
        click(at("#unfold-all"));
        return [wrong, performance.getEntriesByType("resource").length,
                all("[src], [href], link, img, iframe, object, [style*=url]").length];
        """,
    )
    assert seen == [[], 0, 0]


def test_the_policy_allows_the_one_script_and_the_one_style(googlenet: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="(.*?)"', googlenet)
    style = re.search(r"<style>(.*?)</style>", googlenet, re.DOTALL)
    script = re.search(r"<script>(.*?)</script>", googlenet, re.DOTALL)
    assert policy and style and script
    assert policy[1] == (
        f"default-src 'none'; style-src {digest(style[1])}; script-src {digest(script[1])};"
        " base-uri 'none'; form-action 'none'"
    )


def test_equal_graphs_make_equal_bytes(googlenet: str) -> None:
    assert html("googlenet", folding=Folding(0)) == googlenet
    assert len(googlenet) < 400_000
    assert as_html(Architecture.load("googlenet").graph, DARK) != googlenet


def test_blocks_fold_and_unfold(drive: Drive, googlenet: str) -> None:
    seen = drive(
        googlenet,
        """
        const counts = [boxes()];
        toggle("inception_3a"); counts.push(boxes());
        toggle("inception_4e"); counts.push(boxes());
        toggle("inception_3a"); counts.push(boxes());
        click(at("#unfold-all")); counts.push(boxes());
        click(at("#fold-all")); counts.push(boxes());
        at("#depth").value = "1"; at("#depth").dispatchEvent(new Event("change")); counts.push(boxes());
        return [counts, part("inception_3a").getAttribute("aria-expanded")];
        """,
    )
    assert seen == [[25, 32, 39, 32, 96, 25, 96], "true"]


def test_a_page_opens_as_asked(drive: Drive) -> None:
    graph = Architecture.load("resnet18").graph
    page = as_html(graph, LIGHT, folding=Folding(0, expand=frozenset({"layer2.0"})))
    seen = drive(
        page,
        'const first = names("#boxes > g"); toggle("layer1"); return [first, names(".folded")];',
    )
    assert seen[0] == [
        "input", "conv1", "pool1", "layer1", "layer2.0.conv1", "layer2.0.conv2",
        "layer2.0.shortcut", "layer2.0.sum", "layer2.1", "layer3", "layer4", "pool", "fc", "output:fc",
    ]  # fmt: skip
    assert seen[1] == ["layer1.0", "layer1.1", "layer2.1", "layer3", "layer4"]


FOLDABLE = (
    "googlenet",
    "resnet50",
    "densenet121",
    "unet",
    "inception_v3",
    "efficientnet_b0",
    "fcn8s",
)


@pytest.mark.parametrize("name", FOLDABLE)
def test_any_folding_is_a_clean_drawing(drive: Drive, browser: ModuleType, name: str) -> None:
    pictures, loose = drive(
        html(name),
        """
        const taken = [picture()], ends = loose();
        for (let round = 0; round < 5; round++) { shuffle(); taken.push(picture()); ends.push(...loose()); }
        return [taken, ends];
        """,
    )
    found = [browser.faults(browser.picture(each), slide=False) for each in pictures]
    assert [[fault for fault in faults if fault.kind != "small"] for faults in found] == [[]] * 6
    assert loose == []
    assert len({len(each["nodes"]) for each in pictures}) > 1


def test_a_search_finds_and_unfolds(drive: Drive, googlenet: str) -> None:
    seen = drive(
        googlenet,
        """
        const states = [];
        const state = () => states.push([at("#hits").textContent, names(".now"), names(".holds").length]);
        search("5x5 conv 28x28"); state();
        at("#query").focus();
        key("Enter"); state();
        key("Enter"); state();
        key("Enter", { shiftKey: true }); state();
        search("nowhere"); state();
        key("Escape"); state();
        return [states, names(".open"), focused()];
        """,
    )
    assert seen == [
        [
            ["2", [], 2],
            ["1 of 2", ["inception_3a.b5"], 1],
            ["2 of 2", ["inception_3b.b5"], 0],
            ["1 of 2", ["inception_3a.b5"], 0],
            ["none", [], 0],
            ["", [], 0],
        ],
        ["inception_3a", "inception_3b"],
        "input",
    ]


def test_everything_is_reached_by_keys(drive: Drive, googlenet: str) -> None:
    seen = drive(
        googlenet,
        """
        const way = [];
        const press = (...keys) => { for (const each of keys) { key(each); way.push(focused()); } };
        press("ArrowDown", "ArrowDown", "/");
        search("inception_4a"); key("Escape"); way.push(focused());
        for (let i = 0; i < 10; i++) key("ArrowDown");
        way.push(focused());
        press("Enter", "ArrowDown", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowLeft", " ");
        const told = at("#card").hidden;
        press("ArrowDown", "ArrowRight", "Escape");
        return [way, told, boxes(), all('.part[tabindex="0"]').length, wrong];
        """,
    )
    assert seen[0][:5] == ["input", "conv1", "query", "conv1", "inception_4a"]
    assert seen[0][5:] == [
        "inception_4a", "inception_4a.b1", "inception_4a.b3", "inception_4a.out",
        "inception_4a", "inception_4a", "inception_4a", "inception_4b", "aux1", "aux1",
    ]  # fmt: skip
    assert seen[1:] == [True, 25, 1, []]


def test_the_drawing_moves_and_zooms(drive: Drive, googlenet: str) -> None:
    seen = drive(
        googlenet,
        """
        const svg = at("#drawing");
        svg.setPointerCapture = () => {};  // there is no such pointer in a test
        const seen = () => { const box = svg.viewBox.baseVal; return [box.x, box.y, box.width]; };
        const point = (what, id, x, y) => part("inception_3a").dispatchEvent(
          new PointerEvent(what, { pointerId: id, clientX: x, clientY: y, buttons: 1, bubbles: true }));
        const width = (act) => {
          const before = seen()[2];
          act();
          return Math.round((100 * seen()[2]) / before);
        };
        key("0");
        const turn = { deltaY: -100, clientX: 600, clientY: 300, cancelable: true };
        const wheel = width(() => svg.dispatchEvent(new WheelEvent("wheel", turn)));
        const keys = width(() => { key("+"); key("-"); });
        const scale = seen()[2] / svg.getBoundingClientRect().width;
        const from = seen();
        point("pointerdown", 1, 300, 300); point("pointermove", 1, 340, 280); point("pointerup", 1, 340, 280);
        click(part("inception_3a"));
        const moved = [from[0] - seen()[0], seen()[1] - from[1]].map((each) => Math.round(each / scale));
        point("pointerdown", 1, 300, 300); point("pointerdown", 2, 400, 300);
        const pinched = width(() => point("pointermove", 2, 500, 300));
        return [wheel, keys, moved, pinched, boxes(), wrong];
        """,
    )
    assert seen == [85, 100, [40, 20], 50, 25, []]


def test_a_card_tells_what_is_known(drive: Drive, googlenet: str) -> None:
    seen = drive(
        googlenet,
        """
        hover("conv1"); const conv = at("#card").innerText;
        hover("inception_3a"); const block = at("#card").innerText;
        return [conv, block, part("conv1").getAttribute("aria-label")];
        """,
    )
    assert seen[0].split("\n") == [
        "conv1",
        "operator", "7×7 conv, 64, /2, ReLU",
        "input", "3 × 224 × 224",
        "output", "64 × 112 × 112",
        "parameters", "9,472",
        "MACs", "118 M",
        "receptive field", "7 × 7, stride 2",
    ]  # fmt: skip
    assert "holds\n8 layers" in seen[1] and "click to unfold" in seen[1]
    assert seen[2].startswith("conv1, operator 7×7 conv, 64, /2, ReLU, input 3 × 224 × 224")


def test_the_spec_and_the_drawing_lead_to_each_other(drive: Drive, googlenet: str) -> None:
    text = Architecture.load("googlenet").graph.document.marks.mark.start_mark.name.text
    written = text.splitlines()
    line = next(i for i, each in enumerate(written, 1) if each.startswith("  conv2_reduce:"))
    branch = next(i for i, each in enumerate(written, 1) if each.startswith("      b5r:"))
    seen = drive(
        googlenet,
        f"""
        click(at("#show-spec"));
        click(part("conv2_reduce"));
        const marked = lines();
        click(at("#line-{branch}"));
        return [marked, names('.part[aria-selected="true"]'), names(".holds-chosen").length, lines(),
                all("#text .line").map((each) => each.textContent)];
        """,
    )
    assert seen[0] == [line]
    assert seen[1:4] == [["inception_3a.b5r"], 8, [branch]]
    assert seen[4][: len(written)] == written


def test_a_variant_shows_its_base_too(tmp_path: Path, drive: Drive) -> None:
    base = (
        "archc: 1\nname: base\ninput: [3, 8, 8]\nnodes:\n  a: {op: conv, filters: 4, kernel: 3}\n"
    )
    (tmp_path / "base.yaml").write_text(base + "  b: relu\n", encoding="utf-8")
    own = "archc: 1\nname: own\nextends: base.yaml\nnodes:\n  a:\n    filters: 8\n"
    (tmp_path / "own.yaml").write_text(own, encoding="utf-8")
    page = as_html(Architecture.load(tmp_path / "own.yaml").graph, LIGHT)
    seen = drive(
        page,
        """
        click(at("#show-spec"));
        const files = all("#files button").map((each) => each.textContent.split("/").pop());
        click(part("a")); const here = lines();
        click(part("b")); return [files, here, lines()];
        """,
    )
    assert seen[0] == ["own.yaml", "base.yaml"]
    assert seen[1:] == [[6], [6]]


HOSTILE = (
    "</script><script>window.struck = 1</script>",
    "<img src=x onerror='window.struck = 1'>",
    "\"' & \\u0022 {{script}} ${1} ]]> <!-- \u2028",
    "\u202eright to left \u05d0\u05d1\u2066",
    "a" * 10_000,
)


@pytest.mark.parametrize("text", HOSTILE, ids=["script", "handler", "quotes", "direction", "long"])
def test_text_of_a_spec_stays_text(drive: Drive, text: str) -> None:
    quoted = json.dumps(text)
    spec = (
        f"archc: 1\nname: net\ntitle: {quoted}\nnote: {quoted}\ninput: [3, 8, 8]\n"
        f"blocks:\n  pair:\n    nodes:\n      one: {{op: conv, filters: 4, kernel: 3, note: {quoted}}}\n"
        f"nodes:\n  a: {{op: conv, filters: 4, kernel: 3, label: {quoted}, note: {quoted}}}\n"
        f"  b: {{op: pair, label: {quoted}, note: {quoted}}}  # {text.splitlines()[0]}\n"
        "outputs: {result: b}\n"
    )
    page = as_html(Architecture.loads(spec).graph, LIGHT)
    seen = drive(
        page,
        """
        click(at("#show-spec")); click(at("#unfold-all")); click(part("a"));
        const told = at("#card").innerText;
        search("img script"); hover("b"); toggle("b");
        return [typeof window.struck, wrong, all("img").length, all("script").length,
                names("#boxes > g"), told.startsWith("a\\n")];
        """,
    )
    assert seen == ["undefined", [], 0, 4, ["input", "a", "b", "result"], True]
    shown = data(page)["files"][0]["text"]
    assert shown == spec
    assert page.count("<script") == 2 and page.count("</script") == 2


def test_the_page_opens_no_more_than_it_can_show() -> None:
    described = data(html("resnet1202_cifar"))
    boxes = [part for part in described["parts"] if not part["group"]]
    assert 500 < len(boxes) <= 1_500
    assert all(-1 <= part["up"] < index for index, part in enumerate(described["parts"]))
