"""Every page and closer look as a visitor finds it, for the tests and pictures that go through all of them."""

CHEST = "sample=chest-child-pneumonia-1"
MEMORY = f"memory?{CHEST}&model=pneumonia-lstm-forward&step=17"
LOOKS = {  # a closer look: what is drawn when it is there
    "answer": ".tracks[data-step='16']",
    "gates": ".tracks[data-step='16']",
    "tracks": ".tracks[data-step='16']",
    "retention": ".js-plotly-plot",
    "horizon": ".tracks[data-step='16']",
    "trajectory": ".js-plotly-plot",
    "units": ".js-plotly-plot",
    "match": ".tracks[data-step='16']",
    "whatif": "[data-testid=stSlider]",
    "order": ".js-plotly-plot",
    "weights": ".js-plotly-plot",
}
PLACES = {  # name: (address, what is drawn when it is there)
    "first": ("", "[data-testid=stFileUploader]"),
    "open": (f"?{CHEST}", ".viewer[data-loaded] canvas"),
    "read": (f"read?{CHEST}&model=pneumonia-lstm-forward", ".js-plotly-plot:visible"),
    "memory": (MEMORY, ".player[data-step='16']"),
    "series": ("memory?sample=ms-flair&model=ms-slices&step=9", ".cuts[data-step='8']"),
    "sweeps": (
        "memory?sample=chest-film-viral-1&model=chest-renet&module=sweeps.0.rows&line=8&step=9",
        ".st-key-lab__figure-atlas .js-plotly-plot",
    ),
    "map": (
        f"map?{CHEST}&model=pneumonia-lstm-forward&methods=integrated-gradients,saliency",
        ".maps[data-maps='2']",
    ),
    "data": ("data?data=chest64", ".st-key-data__figure-class-counts .js-plotly-plot"),
    "bring": ("data", "[data-testid=stFileUploader]"),
    "train": ("train", "[data-points]"),
    "runs": ("runs", "[data-points]"),
    "compare": (
        "compare?sample=chest-film-bacterial-1&models=chest-renet,chest-rows,chest-cnn,chest-kinds",
        ".columns[data-steps='16']",
    ),
    "images": (f"compare?{CHEST}&mode=images&beside=chest-child-normal-1", ".columns[data-steps='28']"),
    "set": (
        "compare?mode=set&data=pneumoniamnist&models=pneumonia-rnn-forward,pneumonia-gru-forward",
        ".st-key-compare__figure-accuracy-cost .js-plotly-plot",
    ),
    "own": ("compare?mode=own", "[data-testid=stFileUploader]"),
    "learn": ("learn", ".st-key-learn__list-sequence"),
    "lesson": ("learn?lesson=step", ".st-key-learn__figure-step-products .js-plotly-plot"),
    "models": ("models?model=pneumonia-gru", "[data-testid=stDataFrame]"),
    "about": ("about", ".katex"),
} | {name: (f"{MEMORY}&view={name}", sign) for name, sign in LOOKS.items()}
SETTLED = """() => {
  const app = document.querySelector("[data-testid=stApp]"), page = getComputedStyle(app).backgroundColor
  const figures = [...document.querySelectorAll(".js-plotly-plot")].map(node => node.querySelector(".main-svg"))
  return app.dataset.testScriptState === "notRunning" && !document.querySelector("[data-testid=stSkeleton]")
    && figures.every(figure => figure?.style.background === page)
}"""


def address(name, run):
    """Of a place, with the run for Train and Runs."""
    return PLACES[name][0] + (f"?run={run}" if name in ("train", "runs") else "")


def settle(page, pause=150):
    """Until nothing runs and every figure has the colours of the theme; then what is drawn a frame later is there."""
    page.wait_for_timeout(pause)
    page.wait_for_function(SETTLED, timeout=90_000)
    page.wait_for_timeout(pause)


def go(page, url, name, run):
    """Open a place and wait for what it draws."""
    page.goto(f"{url}/{address(name, run)}")
    page.locator(PLACES[name][1]).first.wait_for(timeout=90_000)
    settle(page)


def train(page, url, epochs=1):
    """A short real run, of about so many epochs; returns its id."""
    page.goto(f"{url}/train")
    steps = page.get_by_role("spinbutton", name="Steps", exact=True)
    steps.fill(str(74 * epochs))
    steps.press("Enter")
    settle(page)
    page.get_by_role("button", name="Start training").click()
    page.get_by_text("finished", exact=True).wait_for(timeout=240_000)
    return page.url.rpartition("run=")[2].split("&")[0]


def build_index(page, url):
    """The index that three closer looks need, where it is not there yet."""
    page.goto(f"{url}/{MEMORY}&view=trajectory")
    build = page.get_by_role("button", name="Build the index")
    figure = page.locator(".js-plotly-plot").first
    build.or_(figure).first.wait_for(timeout=90_000)
    if build.is_visible():
        build.click()
    figure.wait_for(timeout=120_000)
