//! A simulated worker that plays: the same conversation as a real one, and the ways in which real
//! ones go wrong.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use arena_tests::Luck;
use rpc::v1;
use terms::{BySeat, Digest, Seed};
use tokio::time::Instant;

use super::crowd::Scene;
use super::desk::{Desk, Job, Pace};
use super::link::Link;
use super::options::Kind;
use super::play::Setting;

/// The pauses that a coordinator can ask for, as a real worker bounds them.
const CALL_AGAIN_MIN: Duration = Duration::from_millis(5);
const CALL_AGAIN_MAX: Duration = Duration::from_secs(30);
/// The longest pause after a call that failed.
const PAUSE_MAX_MS: u64 = 5_000;
/// How long somebody who vanished stays away.
const ABSENCE: Duration = Duration::from_secs(2);
/// Reports that a duplicating worker keeps for later.
const KEEPSAKES_MAX: usize = 20;

/// A worker.
pub(crate) struct Worker {
    scene: Arc<Scene>,
    number: u32,
    kind: Kind,
    luck: Luck,
    deaths_left: u32,
}

/// One process of it.
struct Life {
    instance: String,
    serial: u64,
    link: Option<Link>,
    desk: Desk,
    keepsakes: VecDeque<v1::Report>,
    failures: u32,
    has_fetched: bool,
    ends: Option<Instant>,
}

impl Worker {
    pub(crate) fn new(scene: Arc<Scene>, number: u32, kind: Kind) -> Worker {
        let luck = Luck::of(scene.options.luck ^ (u64::from(number) << 20));
        let deaths_left = if kind == Kind::Dying { scene.options.deaths } else { 0 };
        Worker { scene, number, kind, luck, deaths_left }
    }

    /// Works until its task is stopped.
    pub(crate) async fn work(mut self) {
        loop {
            let life = self.begin();
            self.live(life).await;
            self.scene.census.died();
            tokio::time::sleep(ABSENCE).await;
        }
    }

    fn begin(&mut self) -> Life {
        let options = &self.scene.options;
        let longest = Duration::from_millis(options.longest_ms.get().into());
        let pace = match self.kind {
            Kind::Slow => Pace::Always(longest),
            Kind::Stalled => Pace::Never,
            _ => Pace::Usual(Duration::from_millis(options.shortest_ms.get().into()), longest),
        };
        // No two of those that are asked about the same match tell the same lie.
        let lie = if self.kind == Kind::Lying { 1 + (self.number % 255) as u8 } else { 0 };
        let desk = Desk::new(options.slots.get() as usize, pace, lie);
        let ends = self.deaths_left.checked_sub(1).map(|left| {
            self.deaths_left = left;
            Instant::now() + Duration::from_millis(self.luck.below(options.life_ms.get().into()))
        });
        let serial = self.luck.below(u64::MAX);
        Life {
            instance: format!("{serial:016x}{:016x}", self.number),
            serial,
            link: None,
            desk,
            keepsakes: VecDeque::new(),
            failures: 0,
            has_fetched: false,
            ends,
        }
    }

    /// One life, until it vanishes.
    async fn live(&mut self, mut life: Life) {
        loop {
            let asked = self.call(&mut life).await;
            let pause = match asked {
                Some(pause) => pause.clamp(CALL_AGAIN_MIN, CALL_AGAIN_MAX),
                None => {
                    life.failures = (life.failures + 1).min(6);
                    Duration::from_millis(50 + self.luck.below((100 << life.failures).min(PAUSE_MAX_MS)))
                }
            };
            self.play_until(&mut life, Instant::now() + pause).await;
            if life.ends.is_some_and(|ends| ends <= Instant::now()) {
                return;
            }
        }
    }

    /// Plays until it is time to call again.
    async fn play_until(&self, life: &mut Life, until: Instant) {
        loop {
            let now = Instant::now();
            let setting = self.scene.setting();
            let is_dry = setting.is_some_and(|setting| life.desk.advance(now, setting));
            if now >= until || (is_dry && life.failures == 0) || life.ends.is_some_and(|ends| ends <= now) {
                return;
            }
            let next = life.desk.next_end().into_iter().chain(life.ends).fold(until, Instant::min);
            tokio::time::sleep_until(next).await;
        }
    }

    /// One call. Says when the coordinator wants the next one; nothing if it failed.
    async fn call(&mut self, life: &mut Life) -> Option<Duration> {
        if life.link.is_none() {
            life.link =
                self.scene.line.connect(self.number).await.map_err(|status| self.failed(&status)).ok();
        }
        let link = life.link.as_mut()?;
        let mut finished = life.desk.finished();
        let reports = finished.len();
        finished.extend(life.keepsakes.iter().cloned());
        let request = v1::SynchronizeRequest {
            protocol: rpc::PROTOCOL_VERSION,
            instance: life.instance.clone(),
            name: format!("{}-{}", self.kind.name(), self.number),
            slots: self.scene.options.slots.get(),
            state: v1::WorkerState::Ready.into(),
            note: "ready".to_owned(),
            runtime: Some((&self.scene.runtime).into()),
            layers: vec![v1::Layer { name: "simulated".into(), enabled: true, detail: String::new() }],
            holding: life.desk.holding(Instant::now()),
            finished,
            http: String::new(),
        };
        let began = Instant::now();
        match link.synchronize(request).await {
            Ok(response) => {
                self.scene.census.answered(self.kind, began.elapsed(), reports);
                life.failures = 0;
                let pause = Duration::from_millis(response.call_again_ms.into());
                self.apply(life, response).await;
                Some(pause)
            }
            Err(status) => {
                self.failed(&status);
                None
            }
        }
    }

    fn failed(&self, status: &tonic::Status) {
        self.scene.census.failed(self.kind, status);
    }

    /// Does what the coordinator wants, and notes what it must not want.
    async fn apply(&mut self, life: &mut Life, response: v1::SynchronizeResponse) {
        let (scene, kind) = (self.scene.clone(), self.kind);
        let violation = |what: String| scene.census.violation(format!("{}: {what}", kind.name()));
        // Who was found out is told so.
        if !response.refusal.is_empty() && kind != Kind::Lying {
            violation(format!("refused: {}", response.refusal));
        }
        let Some(tournament) = &response.tournament else {
            // A run that is over may say no more than what it does not need.
            return;
        };
        let setting = match scene.learn(tournament) {
            Ok(setting) => setting,
            Err(bad) => return violation(format!("an unreadable tournament: {bad}")),
        };
        if self.kind == Kind::Duplicating {
            self.keep(life);
        }
        life.desk.settle(&response.settled);
        let jobs: Result<Vec<Job>, String> =
            response.wanted.iter().map(|wanted| job(wanted, setting)).collect();
        let jobs = match jobs {
            Ok(jobs) => jobs,
            Err(bad) => return violation(bad),
        };
        scene.overhear(jobs.first());
        let keys = jobs.iter().map(Job::key).collect::<BTreeSet<_>>();
        if self.kind == Kind::Stalled {
            life.desk.give_up_stalled(&keys);
        }
        let first_bot = jobs.first().map(|job| job.spec.bots.0[0]);
        for key in life.desk.want(jobs) {
            scene.census.given(key, life.serial);
        }
        if let Some(bot) = first_bot.filter(|_| !life.has_fetched) {
            life.has_fetched = true;
            self.fetch(life, bot).await;
        }
    }

    /// Every worker needs bots: it fetches one, once.
    async fn fetch(&self, life: &mut Life, bot: Digest) {
        let Some(link) = life.link.as_mut() else { return };
        match link.fetch(bot.0.to_vec()).await {
            Ok(bytes) if terms::Bundle::decode(&bytes).is_ok_and(|bundle| bundle.digest() == bot) => {}
            Ok(_) => self.scene.census.violation(format!("bot {bot} has other contents")),
            Err(status) => self.failed(&status),
        }
    }

    /// Keeps reports to send them again when nobody wants them any more, some as of other tries.
    fn keep(&mut self, life: &mut Life) {
        for report in life.desk.finished() {
            let other = Luck::below(&mut self.luck, 3) as u32;
            let attempt = report.attempt.saturating_sub(1).max(1) + other;
            life.keepsakes.push_back(v1::Report { attempt, ..report.clone() });
            life.keepsakes.push_back(report);
        }
        while life.keepsakes.len() > KEEPSAKES_MAX {
            life.keepsakes.pop_front();
        }
    }
}

fn job(wanted: &v1::Assignment, setting: &Setting) -> Result<Job, String> {
    let digest = |bytes: &[u8]| Digest::try_from(bytes).map_err(|bad| bad.to_string());
    let (id, attempt) =
        rpc::read_attempt(&wanted.match_id, wanted.attempt).map_err(|bad| format!("a bad match: {bad}"))?;
    let bots = BySeat([digest(&wanted.bot_zero)?, digest(&wanted.bot_one)?]);
    let spec = setting.spec(Seed(wanted.seed), bots);
    if spec.id() != id {
        return Err(format!("match {id} is not the match of what it was sent with"));
    }
    Ok(Job { id, attempt, spec })
}
