//! A browser that does what people do: it reads words, and clicks and types where they are.

use std::{
    path::Path,
    sync::OnceLock,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::net::TcpStream;
use waystation::clock::{Clock as _, SystemClock};

use crate::{
    server_process::{ServerProcess, folder, folder_with, free_port, is_root, missing, text},
    webdriver::{Element, Key, Session},
};

/// How long anything may take to be seen.
const PATIENCE: Duration = Duration::from_secs(30);

/// One program for all tests, each of which has a browser of its own.
static DRIVER: OnceLock<Option<(ServerProcess, u16)>> = OnceLock::new();

pub(crate) struct Browser {
    session: Session,
    downloads: tempfile::TempDir,
}

impl Browser {
    /// A new browser, or nothing where there is none on this machine: then that was said.
    pub(crate) async fn start() -> Option<Self> {
        let port = DRIVER.get_or_init(driver).as_ref()?.1;
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            pause().await;
        }
        // Shared memory is small in containers.
        let mut arguments = vec!["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"];
        if is_root() {
            arguments.push("--no-sandbox");
        }
        let wanted = json!({"browserName": "chrome", "goog:chromeOptions": {"args": arguments}});
        let session = Session::start(port, wanted).await;
        let browser = Self { session, downloads: tempfile::tempdir().unwrap() };
        let downloads = json!({"behavior": "allow", "downloadPath": browser.downloads.path()});
        browser.devtools("Browser.setDownloadBehavior", downloads).await;
        browser.devtools("Emulation.setTimezoneOverride", json!({"timezoneId": "UTC"})).await;
        browser.shape(1_280, false).await;
        Some(browser)
    }

    /// A window as wide as this, for people who like it dark or light.
    pub(crate) async fn shape(&self, width: u32, is_dark: bool) {
        let shape = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", shape).await;
        let scheme = if is_dark { "dark" } else { "light" };
        // Without motion, so that nothing is seen half-way.
        let features = json!({"features": [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.session.devtools(command, parameters).await
    }

    pub(crate) async fn open(&self, url: &str) {
        self.session.send("url", json!({"url": url})).await.unwrap();
    }

    /// Goes to a view of the page that is open.
    pub(crate) async fn go(&self, view: &str) {
        self.run("location.hash = arguments[0]", vec![json!(view)]).await;
    }

    pub(crate) async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.session.run(script, arguments, false).await
    }

    /// What a script makes of it that waits itself, and calls its last argument.
    pub(crate) async fn run_long(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.session.run(script, arguments, true).await
    }

    /// Waits until a script says that something is so.
    #[track_caller]
    pub(crate) fn until<'a>(&'a self, script: &'a str, arguments: Vec<Value>) -> impl Future<Output = ()> + use<'a> {
        let caller = std::panic::Location::caller();
        async move {
            let began = now();
            while self.run(script, arguments.clone()).await != json!(true) {
                assert!(
                    now().duration_since(began) < PATIENCE,
                    "{caller}: never so: {script} {arguments:?}\nThe page says:\n{}",
                    self.text().await
                );
                pause().await;
            }
        }
    }

    /// Waits until the page shows these words.
    #[track_caller]
    pub(crate) fn sees<'a>(&'a self, words: &'a str) -> impl Future<Output = ()> + use<'a> {
        self.until("return document.body.innerText.includes(arguments[0])", vec![json!(words)])
    }

    /// Everything that is seen.
    pub(crate) async fn text(&self) -> String {
        self.run("return document.body.innerText", Vec::new()).await.as_str().unwrap_or_default().to_owned()
    }

    /// The texts of everything that matches a selector.
    pub(crate) async fn texts(&self, selector: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll(arguments[0])].map((found) => found.innerText)";
        let texts = self.run(script, vec![json!(selector)]).await;
        texts.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    }

    /// The first thing that matches and is shown, as soon as it is there.
    #[track_caller]
    fn find(&self, place: String) -> impl Future<Output = Element<'_>> + use<'_> {
        let caller = std::panic::Location::caller();
        async move {
            let began = now();
            loop {
                for found in self.session.all(&place).await {
                    if found.is_usable().await {
                        return found;
                    }
                }
                assert!(now().duration_since(began) < PATIENCE, "{caller}: no {place}\n{}", self.text().await);
                pause().await;
            }
        }
    }

    /// Clicks the button or link with these words.
    #[track_caller]
    pub(crate) fn click<'a>(&'a self, words: &'a str) -> impl Future<Output = ()> + use<'a> {
        let words = format!("normalize-space()={words:?}");
        let found = self.find(format!("//button[{words}] | //a[{words}] | //summary[{words}] | //label[{words}]"));
        async move { found.await.click().await }
    }

    /// The control with this label.
    #[track_caller]
    fn control(&self, label: &str) -> impl Future<Output = Element<'_>> + use<'_> {
        self.find(format!("//*[@id=//label[normalize-space()={label:?}]/@for]"))
    }

    /// Types this into the control with this label, in the place of what is there.
    #[track_caller]
    pub(crate) fn fill<'a>(&'a self, label: &'a str, typed: &'a str) -> impl Future<Output = ()> + use<'a> {
        let control = self.control(label);
        async move {
            let control = control.await;
            control.clear().await;
            control.write(typed).await;
        }
    }

    /// Chooses these files in the control with this label.
    #[track_caller]
    pub(crate) fn choose<'a>(&'a self, label: &'a str, files: &[&Path]) -> impl Future<Output = ()> + use<'a> {
        let control = self.control(label);
        let paths = files.iter().map(|path| text(path)).collect::<Vec<_>>().join("\n");
        async move { control.await.write(&paths).await }
    }

    /// Presses a key, wherever the focus is.
    pub(crate) async fn press(&self, key: Key) {
        self.session.press_key(None, key).await;
    }

    /// Goes on, or back, from control to control until the focus is on this one.
    #[track_caller]
    pub(crate) fn reach<'a>(&'a self, wanted: &'a str, is_back: bool) -> impl Future<Output = ()> + use<'a> {
        let caller = std::panic::Location::caller();
        async move {
            let mut passed = Vec::new();
            while passed.len() < 100 {
                self.session.press_key(is_back.then_some(Key::Shift), Key::Tab).await;
                passed.push(self.focused().await);
                if passed.last().is_some_and(|name| name == wanted) {
                    return;
                }
            }
            panic!("{caller}: {wanted} is not reached by keys: {passed:?}");
        }
    }

    /// Types, wherever the focus is.
    pub(crate) async fn types(&self, typed: &str) {
        self.session.press(None, typed.chars()).await;
    }

    /// What is called or shown where the focus is.
    pub(crate) async fn focused(&self) -> String {
        let script = "const at = document.activeElement; \
                      return at.getAttribute('aria-label') ?? at.labels?.[0]?.innerText ?? at.innerText ?? ''";
        self.run(script, Vec::new()).await.as_str().unwrap_or_default().trim().to_owned()
    }

    /// The file that was downloaded, as soon as it is whole.
    pub(crate) async fn downloaded(&self, extension: &str) -> Vec<u8> {
        let began = now();
        loop {
            let found = std::fs::read_dir(self.downloads.path()).unwrap().map(|entry| entry.unwrap().path());
            if let Some(path) = found.into_iter().find(|path| text(path).ends_with(extension)) {
                return std::fs::read(path).unwrap();
            }
            assert!(now().duration_since(began) < PATIENCE, "nothing was downloaded\n{}", self.text().await);
            pause().await;
        }
    }

    /// The whole page as a picture, which stays as an artefact of the run.
    pub(crate) async fn picture(&self, name: &str) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("admin-page");
        std::fs::create_dir_all(&folder).unwrap();
        let taken = self.devtools("Page.captureScreenshot", json!({"captureBeyondViewport": true})).await;
        std::fs::write(folder.join(format!("{name}.png")), decoded(taken["data"].as_str().unwrap())).unwrap();
    }
}

fn driver() -> Option<(ServerProcess, u16)> {
    let others = ["/usr/lib/chromium", "/usr/lib/chromium-browser"].map(Into::into);
    let found = folder_with(&["chromedriver"], others);
    let has_browser = folder_with(&["chromium"], []).or_else(|| folder_with(&["google-chrome"], []));
    let (Some(found), Some(_)) = (found, has_browser) else {
        return missing("a browser (chromium and chromedriver)");
    };
    let (port, folder) = (free_port(), folder("waystation-browser"));
    let program = [text(&found.join("chromedriver")), format!("--port={port}")];
    Some((ServerProcess::start(&program, "TERM", &folder), port))
}

/// Base64 with its padding (RFC 4648), as pictures come.
fn decoded(text: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let letters: Vec<u8> = text.bytes().filter(|letter| *letter != b'=').map(value).collect();
    let bytes = letters.chunks(4).flat_map(|four| {
        let bits = four.iter().fold(0_u32, |bits, letter| bits << 6 | u32::from(*letter)) << (6 * (4 - four.len()));
        bits.to_be_bytes().into_iter().skip(1).take(four.len() * 3 / 4)
    });
    bytes.collect()
}

#[expect(clippy::disallowed_methods, reason = "no clock of ours counts for a browser")]
fn now() -> Instant {
    Instant::now()
}

async fn pause() {
    SystemClock::new().sleep(Duration::from_millis(40)).await;
}
