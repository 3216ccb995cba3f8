//! Several nodes of one hub with a PostgreSQL and a Redis of their own, and proxies wherever a link is to break.

mod organization;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde_json::json;

pub use self::organization::Organization;
use super::child::{Recipe, Running};
use super::command;
use super::postgres::Postgres;
use super::proxy::Proxy;
use super::redis::Redis;
use crate::load::body::Target;
use crate::load::hub::Hub;
use crate::load::marker::fresh_run;
use crate::load::rest::Rest;
use crate::simulator::{self, Behaviour, NumberConfig, Options, Simulator, Tier, signature};

const EMAIL: &str = "drill@example.org";
const PASSWORD: &str = "a long pass phrase for drills 4711";
/// Of the first number; the others follow it.
const PHONE_NUMBER_ID: &str = "100000000000077";
const FIRST_PHONE_NUMBER: usize = 77;
const BUSINESS_ACCOUNT_ID: &str = "200000000000077";
const ACCESS_TOKEN: &str = "DRILL-TOKEN";
const APP_SECRET: &str = "drill-app-secret-5b1e";
const VERIFY_TOKEN: &str = "drill-verify";
/// A node that is told to stop and does not.
const STOPPING: Duration = Duration::from_secs(60);
/// The provider waits so long for an answer.
const ANSWER: Duration = Duration::from_secs(10);
/// Sockets that a hub lets one key hold.
const PER_KEY: usize = 1000;

/// What to set up.
#[derive(Clone, Debug, Default)]
pub struct Wants {
    pub nodes: usize,
    /// Sockets that all agents together hold.
    pub agents: usize,
    pub proxies: Proxied,
    /// A provider with these manners; none answers when absent.
    pub provider: Option<Behaviour>,
    /// How much the provider lets a number send; a high one when absent.
    pub tier: Option<Tier>,
    /// Numbers beyond the first, which nobody writes to.
    pub more_numbers: usize,
    /// How long a log-in holds; as long as a hub allows when absent.
    pub log_in_holds: Option<&'static str>,
}

/// Which links go through a proxy, on every node.
#[derive(Clone, Copy, Debug, Default)]
pub struct Proxied {
    pub postgres: bool,
    pub redis: bool,
    pub provider: bool,
    /// Sockets of agents; webhooks don't.
    pub agents: bool,
}

/// A provider that takes whatever comes: nobody is written to as often as in a drill, and the windows of its customers opened
/// at the hub and not there.
pub fn willing() -> Behaviour {
    Behaviour {
        enforce_rates: false,
        enforce_window: false,
        ..Behaviour::default()
    }
}

/// All of it; gone when dropped.
pub struct Topology {
    pub nodes: Vec<Node>,
    pub postgres: Postgres,
    pub redis: Redis,
    pub simulator: Option<simulator::Running>,
    /// The hub as its API is asked, at the first node.
    pub hub: Hub,
    /// The number's id at the hub.
    pub session: String,
    /// The same, at the provider.
    phone_number_id: String,
    /// The ids of the numbers beyond it.
    pub more_sessions: Vec<String>,
    // Dropped last.
    pub folder: Folder,
}

/// One process.
pub struct Node {
    recipe: Recipe,
    running: Option<Running>,
    /// Its API, with the right to everything.
    pub hub: Hub,
    pub postgres: Option<Proxy>,
    pub redis: Option<Proxy>,
    pub provider: Option<Proxy>,
    pub agents: Option<Proxy>,
}

/// A folder that goes with its owner, unless somebody wants to look into it.
pub struct Folder {
    path: PathBuf,
    keep: bool,
}

impl Folder {
    /// Its place.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// It stays: something went wrong, and the logs are in it.
    pub const fn keep(&mut self) {
        self.keep = true;
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.keep {
            // What is left is in the system's folder for such things.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

impl Topology {
    /// Sets it up: an empty database, all nodes ready, an organization, a number.
    pub async fn start(binary: &Path, wants: &Wants) -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("loadtest-drill-{:08x}", fresh_run()?));
        let mut folder = Folder { path, keep: false };
        let outcome = Self::start_in(&folder.path, binary, wants).await;
        match outcome {
            Ok((nodes, postgres, redis, simulator, hub, sessions)) => Ok(Self {
                nodes,
                postgres,
                redis,
                simulator,
                hub,
                session: sessions.0,
                phone_number_id: phone_number_id(0),
                more_sessions: sessions.1,
                folder,
            }),
            Err(error) => {
                folder.keep();
                Err(error.context(format!("see {}", folder.path.display())))
            }
        }
    }

    async fn start_in(folder: &Path, binary: &Path, wants: &Wants) -> anyhow::Result<Parts> {
        let postgres = Postgres::start(&folder.join("postgres")).await?;
        let redis = Redis::start(&folder.join("redis")).await?;
        let simulator = match &wants.provider {
            Some(manners) => Some(Simulator::start(provider(manners, wants)).await?),
            None => None,
        };
        let mut nodes: Vec<Node> = Vec::new();
        for number in 1..=wants.nodes.max(1) {
            let data_dir = folder.join(format!("node-{number}"));
            let mut recipe = match nodes.first() {
                None => Recipe::new(binary, &data_dir, None, None)?,
                Some(first) => first.recipe.beside(&data_dir)?,
            };
            recipe.node_name = Some(format!("node-{number}"));
            if let Some(holds) = wants.log_in_holds {
                recipe.log_in_holds = holds;
            }
            if let Some(simulator) = &simulator {
                recipe.api_url = simulator.url().to_owned();
            }
            let ports = (postgres.port(), redis.port());
            let mut node = Node::new(recipe, wants.proxies, ports).await?;
            // The first one makes the tables; the others find them.
            node.start().await?;
            nodes.push(node);
        }
        let first = nodes.first().context("no node")?;
        let hub = first.hub.clone().register(EMAIL, PASSWORD).await?;
        let session = hub.create_session(&number(0)).await?.id;
        let mut more_sessions = Vec::new();
        for index in 1..=wants.more_numbers {
            more_sessions.push(hub.create_session(&number(index)).await?.id);
        }
        // A key does not end within a long drill, as an access token does.
        let key = hub.create_key().await?;
        let mut more = Vec::new();
        for _ in 0..wants.agents / PER_KEY {
            more.push(hub.create_key().await?);
        }
        for node in &mut nodes {
            node.hub = node
                .hub
                .clone()
                .with_token(key.clone())
                .with_more(more.clone());
        }
        let hub = hub.with_token(key).with_more(more);
        if let Some(simulator) = &simulator {
            // The real provider knows one address; each status at every node is a repetition at once.
            for node in &nodes {
                for (index, session) in std::iter::once(&session).chain(&more_sessions).enumerate()
                {
                    let callback = format!("{}/webhooks/whatsapp/{session}", node.recipe.url());
                    let id = phone_number_id(index);
                    let subscribed = simulator.subscribe(&id, &callback, VERIFY_TOKEN);
                    subscribed.await?;
                }
            }
        }
        Ok((
            nodes,
            postgres,
            redis,
            simulator,
            hub,
            (session, more_sessions),
        ))
    }

    /// Where the provider posts: all nodes.
    pub fn target(&self) -> anyhow::Result<Target> {
        let mut nodes = self.nodes.iter().map(|node| node.hub.authority());
        Ok(Target {
            authority: nodes.next().context("no node")??,
            path: format!("/webhooks/whatsapp/{}", self.session),
            phone_number_id: self.phone_number_id.clone(),
            app_secret: APP_SECRET.to_owned(),
            others: nodes.collect::<anyhow::Result<_>>()?,
        })
    }

    /// The addresses at which agents find sockets, node by node.
    pub fn socket_urls(&self) -> Vec<String> {
        self.nodes.iter().map(Node::socket_url).collect()
    }

    /// Logs in as the one who registered, at that node.
    pub async fn log_in(&self, node: usize) -> anyhow::Result<Hub> {
        let node = self.nodes.get(node).context("no such node")?;
        Hub::new(&node.recipe.url())?.log_in(EMAIL, PASSWORD).await
    }

    /// Asks the first node.
    pub fn rest(&self) -> anyhow::Result<Rest> {
        let key = self.hub.token().unwrap_or_default();
        Ok(Rest::new(&self.hub.authority()?, key))
    }

    /// Posts one webhook, signed: what a customer of the drill's own says, which the load does not count.
    pub async fn post(
        &self,
        node: usize,
        customer: &Customer,
        text: &str,
    ) -> anyhow::Result<Posted> {
        let node = self.nodes.get(node).context("no such node")?;
        let id = format!("wamid.DRILL{:08x}", fresh_run()?);
        let now = chrono::Utc::now().timestamp().to_string();
        let Customer(from) = customer;
        let message = json!({"from": from, "id": id, "timestamp": now, "type": "text",
            "text": {"body": text}});
        let value = json!({"messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550100077", "phone_number_id": PHONE_NUMBER_ID},
            "contacts": [{"profile": {"name": "Drill"}, "wa_id": from}], "messages": [message]});
        let body = json!({"object": "whatsapp_business_account",
            "entry": [{"id": BUSINESS_ACCOUNT_ID, "changes": [{"field": "messages", "value": value}]}]})
        .to_string();
        let url = format!("{}/webhooks/whatsapp/{}", node.recipe.url(), self.session);
        let request = reqwest::Client::builder()
            .no_proxy()
            .timeout(ANSWER)
            .build()?;
        let signature = signature::sign(APP_SECRET, body.as_bytes());
        let request = request.post(url).header("X-Hub-Signature-256", signature);
        let answer = request
            .header("Content-Type", "application/json")
            .body(body)
            .send();
        let answer = answer.await.context("a webhook got no answer")?;
        Ok(Posted {
            status: answer.status().as_u16(),
            has_retry_after: answer.headers().contains_key("Retry-After"),
        })
    }

    /// Starts one node after the other anew, to break as `FAILPOINTS` says from then on, or no more.
    pub async fn break_at(&mut self, places: Option<&str>) -> anyhow::Result<()> {
        for node in &mut self.nodes {
            if node.is_running() {
                node.stop().await?;
            }
            node.break_at(places);
            if let Err(error) = node.start().await {
                // It may come by such a place before it is ready.
                ensure!(places.is_some() && !node.is_running(), error);
            }
        }
        Ok(())
    }

    /// Ends it; what is not good leaves its files.
    pub fn close(&mut self, is_good: bool) {
        if !is_good {
            self.folder.keep();
        }
    }

    /// Nodes whose process ended though nobody ended it.
    pub fn ended(&mut self) -> u64 {
        let gone = self
            .nodes
            .iter_mut()
            .filter_map(|node| node.running.as_mut());
        gone.filter_map(|running| (!running.is_running()).then_some(()))
            .count() as u64
    }
}

/// Somebody whom the load does not know.
pub struct Customer(String);

impl Customer {
    /// One of many.
    pub fn number(number: u64) -> Self {
        Self(format!("1555999{number:04}"))
    }
}

/// An answer to a single webhook.
pub struct Posted {
    pub status: u16,
    pub has_retry_after: bool,
}

type Parts = (
    Vec<Node>,
    Postgres,
    Redis,
    Option<simulator::Running>,
    Hub,
    (String, Vec<String>),
);

impl Node {
    async fn new(
        mut recipe: Recipe,
        proxies: Proxied,
        (postgres, redis): (u16, u16),
    ) -> anyhow::Result<Self> {
        let postgres_link = proxy(proxies.postgres, postgres).await?;
        let redis_link = proxy(proxies.redis, redis).await?;
        let provider_link = match recipe.api_url.strip_prefix("http://") {
            Some(authority) if proxies.provider => {
                Some(Proxy::start(authority.parse().context("the provider's address")?).await?)
            }
            _ => None,
        };
        let agents_link = proxy(proxies.agents, recipe.port).await?;
        let port = |link: &Option<Proxy>, own| link.as_ref().map_or(own, Proxy::port);
        recipe.database_url = Some(format!(
            "postgres://postgres@127.0.0.1:{}/postgres",
            port(&postgres_link, postgres)
        ));
        recipe.redis_url = Some(format!("redis://127.0.0.1:{}", port(&redis_link, redis)));
        if let Some(link) = &provider_link {
            recipe.api_url = format!("http://127.0.0.1:{}", link.port());
        }
        Ok(Self {
            hub: Hub::new(&recipe.url())?,
            recipe,
            running: None,
            postgres: postgres_link,
            redis: redis_link,
            provider: provider_link,
            agents: agents_link,
        })
    }

    /// Starts it; returns how long it took to be ready.
    pub async fn start(&mut self) -> anyhow::Result<Duration> {
        let running = self.running.insert(self.recipe.start()?);
        let log = self.recipe.log_path();
        let ready = running.ready(&self.hub).await;
        ready.with_context(|| format!("see {}", log.display()))
    }

    /// `kill -9`; it must have run.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        match self.running.take() {
            Some(mut running) => running.kill(),
            None => bail!("the node does not run"),
        }
    }

    /// Stops its processes where they are (SIGSTOP): to the others it is dead, and it does not know.
    pub async fn freeze(&self) -> anyhow::Result<()> {
        command::signal(self.pid()?, "STOP").await
    }

    /// Lets it go on (SIGCONT).
    pub async fn thaw(&self) -> anyhow::Result<()> {
        command::signal(self.pid()?, "CONT").await
    }

    /// Asks it to end (SIGTERM); returns how long that took.
    pub async fn stop(&mut self) -> anyhow::Result<Duration> {
        let begin = std::time::Instant::now();
        ensure!(self.is_running(), "the node had ended by itself");
        let pid = self.pid()?;
        command::signal(pid, "TERM").await?;
        command::gone(pid, STOPPING).await?;
        self.running = None;
        Ok(begin.elapsed())
    }

    /// Its process.
    pub fn pid(&self) -> anyhow::Result<u32> {
        let running = self.running.as_ref().context("the node does not run")?;
        Ok(running.pid())
    }

    /// From its next start on it is this program.
    pub fn run_next(&mut self, binary: &Path) {
        self.recipe.binary = binary.to_owned();
    }

    /// From its next start on it breaks as `FAILPOINTS` says, if it was built to.
    pub fn break_at(&mut self, places: Option<&str>) {
        let places = places.map(|places| ("FAILPOINTS", places.to_owned()));
        self.recipe.more = places.into_iter().collect();
    }

    /// Whether its process ended by a signal of its own (SIGABRT).
    pub fn has_aborted(&mut self) -> bool {
        self.running.as_mut().is_some_and(Running::has_aborted)
    }

    /// Whether its process runs.
    pub fn is_running(&mut self) -> bool {
        self.running.as_mut().is_some_and(Running::is_running)
    }

    /// From its next start on its clock differs so much, by libfaketime; its timers go on as they are.
    pub fn shift_clock(&mut self, library: &Path, by: Option<&str>) {
        self.recipe.more = match by {
            None => Vec::new(),
            Some(by) => vec![
                ("LD_PRELOAD", library.display().to_string()),
                ("FAKETIME", by.to_owned()),
                ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
                ("DONT_FAKE_MONOTONIC", "1".to_owned()),
            ],
        };
    }

    /// How far its clock is ahead of ours, as the Date of its answers says; it counts whole seconds.
    pub async fn clock_ahead_s(&self) -> anyhow::Result<i64> {
        let request = reqwest::Client::builder()
            .no_proxy()
            .timeout(ANSWER)
            .build()?;
        let answer = request
            .get(format!("{}/readyz", self.recipe.url()))
            .send()
            .await?;
        let date = answer
            .headers()
            .get("Date")
            .context("an answer without a Date")?;
        let date = chrono::DateTime::parse_from_rfc2822(date.to_str()?)?;
        Ok(date.timestamp() - chrono::Utc::now().timestamp())
    }

    /// A figure of its own, of all labels together; None when it has none yet. Neither the database nor another node is
    /// asked for it.
    pub async fn figure(&self, name: &str, within: Duration) -> anyhow::Result<Option<f64>> {
        let request = reqwest::Client::builder()
            .no_proxy()
            .timeout(within)
            .build()?;
        let url = format!("{}/metrics", self.recipe.url());
        let figures = request.get(url).send().await?.error_for_status()?;
        let figures = figures.text().await?;
        let mut sum = None;
        for line in figures.lines() {
            let Some(rest) = line.strip_prefix(name) else {
                continue;
            };
            if rest.starts_with([' ', '{']) {
                let value: f64 = rest.rsplit(' ').next().unwrap_or(rest).parse()?;
                sum = Some(sum.unwrap_or(0.0) + value);
            }
        }
        Ok(sum)
    }

    /// For how many numbers it sends.
    pub async fn line_count(&self, within: Duration) -> anyhow::Result<u64> {
        let count = self.figure("lines", within).await?;
        Ok(count.context("no such figure")? as u64)
    }

    /// The numbers that it sends for, as it says itself.
    pub async fn lines(&self, key: &str, within: Duration) -> anyhow::Result<Vec<String>> {
        let mut rest = Rest::new(&self.hub.authority()?, key).with_timeout(within);
        let answer = rest.get("/api/v1/cluster").await?;
        let body = answer.body();
        let nodes = body["nodes"].as_array().context("no nodes in the answer")?;
        let this = nodes.iter().find(|node| node["this"] == true);
        let lines = this.and_then(|node| node["report"]["lines"].as_array());
        let lines = lines.context("the node does not tell its lines")?.iter();
        Ok(lines
            .filter_map(|id| id.as_str().map(str::to_owned))
            .collect())
    }

    /// Where it listens.
    pub const fn port(&self) -> u16 {
        self.recipe.port
    }

    /// Where agents find it: behind its proxy, if it has one.
    pub fn socket_url(&self) -> String {
        match &self.agents {
            None => self.hub.socket_url(),
            Some(link) => format!("ws://127.0.0.1:{}/api/v1/socket", link.port()),
        }
    }
}

async fn proxy(is_wanted: bool, port: u16) -> anyhow::Result<Option<Proxy>> {
    if !is_wanted {
        return Ok(None);
    }
    let server = SocketAddr::from(([127, 0, 0, 1], port));
    Ok(Some(Proxy::start(server).await?))
}

/// The provider's id of a number: the first, or one beyond it.
pub fn phone_number_id(index: usize) -> String {
    match index {
        0 => PHONE_NUMBER_ID.to_owned(),
        _ => format!("1000000000{:05}", FIRST_PHONE_NUMBER + index),
    }
}

fn number(index: usize) -> serde_json::Value {
    json!({"name": format!("Drill {index}"), "provider": "cloud_api", "phone_number_id": phone_number_id(index),
        "business_account_id": BUSINESS_ACCOUNT_ID, "access_token": ACCESS_TOKEN, "app_secret": APP_SECRET,
        "verify_token": VERIFY_TOKEN})
}

fn provider(manners: &Behaviour, wants: &Wants) -> Options {
    let number = |index| NumberConfig {
        phone_number_id: phone_number_id(index),
        business_account_id: BUSINESS_ACCOUNT_ID.to_owned(),
        access_token: ACCESS_TOKEN.to_owned(),
        app_secret: APP_SECRET.to_owned(),
        display_phone_number: format!("+1 555 010 {:04}", FIRST_PHONE_NUMBER + index),
        verified_name: "Drill".to_owned(),
        tier: wants.tier.unwrap_or(Tier::High),
    };
    Options {
        numbers: (0..=wants.more_numbers).map(number).collect(),
        behaviour: manners.clone(),
        ..Options::default()
    }
}
