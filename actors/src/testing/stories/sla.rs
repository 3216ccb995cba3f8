//! What a team promises its contacts, when it is at work, and who answers when it is not.

use std::collections::HashSet;

use super::queue::{
    ANA, SALES, SUPPORT, brief, digits, figures, office, row, stand, team, waiting,
};
use super::{pass, seconds, settle};
use crate::model::agent::AgentStatus;
use crate::model::conversation::{Conversation, ConversationChange, ConversationStatus, Priority};
use crate::model::hours::{Hours, Opening};
use crate::model::ids::ConversationId;
use crate::model::message::AuthorKind;
use crate::model::queue::{QueueTeam, Strategy};
use crate::model::sla::{Escalation, Goal, Sla, SlaMark, Stage};
use crate::model::user::UserBrief;
use crate::testing::build::{draft, inbound};
use crate::testing::clock::START;
use crate::testing::{Fault, Stage as Scene};

/// A team that answers first within 100 s, then within 200 s, and solves within 1000 s.
fn promising() -> QueueTeam {
    QueueTeam {
        sla: Sla {
            first_reply_seconds: Some(100),
            reply_seconds: Some(200),
            resolution_seconds: Some(1000),
            ..Sla::default()
        },
        ..team(Strategy::Manual)
    }
}

/// From nine to ten in the morning, every day: the stage is set at nine.
fn hours() -> Hours {
    let opening = Opening {
        from: "09:00".parse().unwrap(),
        to: "10:00".parse().unwrap(),
    };
    Hours {
        time_zone: "UTC".to_owned(),
        week: vec![vec![opening]; 7],
        holidays: Vec::new(),
    }
}

fn stages(row: &Conversation) -> Vec<(Goal, Stage)> {
    let marks = row.sla.iter();
    marks
        .map(|mark: &SlaMark| (mark.goal, mark.stage))
        .collect()
}

async fn names(stage: &Scene, id: ConversationId) -> Vec<&'static str> {
    let events = stage.events().await;
    let sla = events
        .iter()
        .filter(|one| one.event.conversation() == Some(id));
    sla.map(|one| one.event.name())
        .filter(|name| name.contains("sla"))
        .collect()
}

async fn answer(stage: &Scene, id: ConversationId) {
    let by = stage.agent();
    let said = stage.hub.send(&by, id, draft("hello").into());
    said.await.unwrap();
    settle().await;
}

async fn write(stage: &Scene, number: u32) {
    let message = inbound(&digits(number), "again").at(stage.now());
    stage.receive(message).await.unwrap();
    settle().await;
}

#[actix_rt::test]
async fn a_promise_is_marked_when_it_is_nearly_due_and_when_it_is_late_until_it_is_kept() {
    let stage = office(promising()).await;
    let id = waiting(&stage, 0).await;
    pass(seconds(74)).await;
    assert_eq!(stages(&row(&stage, id)), []);
    pass(seconds(3)).await;
    assert_eq!(
        stages(&row(&stage, id)),
        [(Goal::FirstReply, Stage::Warning)]
    );
    pass(seconds(25)).await;
    assert_eq!(
        stages(&row(&stage, id)),
        [(Goal::FirstReply, Stage::Breached)]
    );
    assert_eq!(
        names(&stage, id).await,
        ["conversation.sla_warning", "conversation.sla_breached"]
    );
    answer(&stage, id).await;
    let answered = row(&stage, id);
    assert_eq!(stages(&answered), []);
    assert!(answered.first_reply_at.is_some());
    // The next answer has more time.
    write(&stage, 0).await;
    pass(seconds(140)).await;
    assert_eq!(stages(&row(&stage, id)), []);
    pass(seconds(12)).await;
    assert_eq!(stages(&row(&stage, id)), [(Goal::Reply, Stage::Warning)]);
    answer(&stage, id).await;
    pass(seconds(800)).await;
    assert_eq!(
        stages(&row(&stage, id)),
        [(Goal::Resolution, Stage::Breached)]
    );
    let close = ConversationChange {
        status: Some(ConversationStatus::Closed),
        ..Default::default()
    };
    let closed = stage.hub.change(&stage.agent(), id, close).await.unwrap();
    assert_eq!(stages(&closed), []);
    // Whoever comes back is a first answer's again.
    write(&stage, 0).await;
    let opened = row(&stage, id);
    assert!(opened.opened_at > answered.opened_at);
    assert_eq!(opened.first_reply_at, None);
    pass(seconds(102)).await;
    assert_eq!(
        stages(&row(&stage, id)),
        [(Goal::FirstReply, Stage::Breached)]
    );
}

#[actix_rt::test]
async fn nobody_is_late_by_what_was_not_promised_yet() {
    let stage = office(team(Strategy::Manual)).await;
    let id = waiting(&stage, 0).await;
    pass(seconds(500)).await;
    let promised = stage.now();
    let rules = QueueTeam {
        promised_at: Some(promised),
        ..promising()
    };
    stage.store.set_team(stage.organization, rules);
    let again = stage.start_again();
    again.tend_queues(HashSet::new()).await.unwrap();
    pass(seconds(70)).await;
    assert_eq!(stages(&row(&stage, id)), []);
    pass(seconds(35)).await;
    let late = row(&stage, id);
    assert_eq!(stages(&late), [(Goal::FirstReply, Stage::Breached)]);
    assert_eq!(late.sla[0].due_at, promised + seconds(100));
    answer(&stage, id).await;
    assert_eq!(stages(&row(&stage, id)), [], "it was kept, late");
}

#[actix_rt::test]
async fn what_somebody_has_without_a_team_was_promised_by_none() {
    let stage = office(team(Strategy::Manual)).await;
    let id = waiting(&stage, 0).await;
    let rules = QueueTeam {
        sessions: vec![stage.session],
        ..promising()
    };
    stage.store.set_team(stage.organization, rules);
    let again = stage.start_again();
    again.tend_queues(HashSet::new()).await.unwrap();
    let taken = ConversationChange {
        team: Some(None),
        assignee: Some(Some(UserBrief {
            id: ANA,
            name: "Ana".to_owned(),
        })),
        ..Default::default()
    };
    again.change(&stage.agent(), id, taken).await.unwrap();
    pass(seconds(300)).await;
    assert_eq!(stages(&row(&stage, id)), []);
}

#[actix_rt::test]
async fn what_is_late_is_told_once_whoever_keeps_the_lines() {
    let stage = office(promising()).await;
    let id = waiting(&stage, 0).await;
    pass(seconds(102)).await;
    let again = stage.start_again();
    again.tend_queues(HashSet::new()).await.unwrap();
    pass(seconds(60)).await;
    assert_eq!(
        names(&stage, id).await,
        ["conversation.sla_warning", "conversation.sla_breached"]
    );
    // And goes on being shown.
    let told = figures(&again, &stage, Some(SUPPORT)).await;
    assert_eq!((told.at_risk, told.breached), (0, 1));
}

#[actix_rt::test]
async fn what_is_late_goes_to_others_and_first() {
    let mut rules = promising();
    rules.sla.escalation = Some(Escalation {
        priority: Some(Priority::Urgent),
        team_id: Some(SALES),
    });
    let stage = office(rules).await;
    stage.store.set_team(
        stage.organization,
        QueueTeam {
            team: brief(SALES),
            // They would escalate it back.
            sla: Sla {
                escalation: Some(Escalation {
                    priority: None,
                    team_id: Some(SUPPORT),
                }),
                ..promising().sla
            },
            ..team(Strategy::Manual)
        },
    );
    let id = waiting(&stage, 0).await;
    let own = ConversationChange {
        assignee: Some(Some(stage.user.clone())),
        ..Default::default()
    };
    stage.hub.change(&stage.agent(), id, own).await.unwrap();
    pass(seconds(90)).await;
    // A warning moves nothing.
    let warned = row(&stage, id);
    assert_eq!(warned.team, Some(brief(SUPPORT)));
    assert_eq!(warned.priority, Priority::Normal);
    // Nobody told the lines of the new team yet.
    pass(seconds(200)).await;
    let late = row(&stage, id);
    assert_eq!(
        (late.team, late.assignee, late.priority),
        (Some(brief(SALES)), None, Priority::Urgent)
    );
}

#[actix_rt::test]
async fn only_hours_count_when_a_promise_says_so() {
    let mut rules = promising();
    rules.sla.in_hours = true;
    rules.hours = Some(hours());
    let stage = office(rules).await;
    // Ten seconds before closing time.
    pass(seconds(3590)).await;
    let id = waiting(&stage, 0).await;
    let told = figures(&stage.hub, &stage, Some(SUPPORT)).await;
    assert!(told.is_open);
    pass(seconds(3600)).await;
    assert_eq!(stages(&row(&stage, id)), []);
    let told = figures(&stage.hub, &stage, Some(SUPPORT)).await;
    assert!(!told.is_open);
    assert_eq!(
        told.opens_at.unwrap().to_string(),
        "2026-01-06T09:00:00.000Z"
    );
}

fn closed_at_ten() -> QueueTeam {
    QueueTeam {
        hours: Some(hours()),
        away_message: Some("We are back at nine.".to_owned()),
        ..team(Strategy::Manual)
    }
}

fn excuses(stage: &Scene, id: ConversationId) -> usize {
    let said = stage.store.thread(id).into_iter();
    said.filter(|message| message.text.as_deref() == Some("We are back at nine."))
        .inspect(|message| {
            let kind = message.author.as_ref().map(|author| author.kind);
            assert_eq!(kind, Some(AuthorKind::System));
        })
        .count()
}

#[actix_rt::test]
async fn who_writes_while_nobody_is_at_work_is_told_so_once() {
    let stage = office(closed_at_ten()).await;
    let early = waiting(&stage, 0).await;
    pass(seconds(3601)).await;
    // Who wrote before closing time waits for an answer.
    assert_eq!(excuses(&stage, early), 0);
    let late = waiting(&stage, 1).await;
    // The database is away for a moment.
    let faults = &stage.store.faults;
    faults.fail("append_outbound", 1, Fault::Unavailable);
    pass(seconds(1)).await;
    assert_eq!(excuses(&stage, late), 0);
    pass(seconds(2)).await;
    assert_eq!(excuses(&stage, late), 1);
    // Who waited already and writes again is told as well.
    write(&stage, 0).await;
    pass(seconds(2)).await;
    assert_eq!(excuses(&stage, early), 1);
    // They still wait for a person.
    assert!(row(&stage, late).waiting_since.is_some());
    assert_eq!(row(&stage, late).first_reply_at, None);
    write(&stage, 1).await;
    let again = stage.start_again();
    again.tend_queues(HashSet::new()).await.unwrap();
    pass(seconds(5)).await;
    assert_eq!(excuses(&stage, late), 1);
    // The next evening they are told anew.
    answer(&stage, late).await;
    stage.clock.advance(seconds(24 * 3600));
    write(&stage, 1).await;
    pass(seconds(3)).await;
    assert_eq!(excuses(&stage, late), 2);
}

#[actix_rt::test]
async fn who_wrote_before_the_hours_were_made_such_is_told_nothing() {
    let rules = QueueTeam {
        away_since: Some(START + seconds(3700)),
        ..closed_at_ten()
    };
    let stage = office(rules).await;
    pass(seconds(3650)).await;
    let before = waiting(&stage, 0).await;
    pass(seconds(60)).await;
    assert_eq!(excuses(&stage, before), 0);
    let after = waiting(&stage, 1).await;
    pass(seconds(3)).await;
    assert_eq!((excuses(&stage, before), excuses(&stage, after)), (0, 1));
}

#[actix_rt::test]
async fn an_agent_who_is_there_answers_instead() {
    let stage = office(closed_at_ten()).await;
    stand(&stage, stage.user.id, AgentStatus::Online, 9);
    let id = waiting(&stage, 0).await;
    let own = ConversationChange {
        assignee: Some(Some(stage.user.clone())),
        ..Default::default()
    };
    stage.hub.change(&stage.agent(), id, own).await.unwrap();
    answer(&stage, id).await;
    pass(seconds(3700)).await;
    write(&stage, 0).await;
    pass(seconds(3)).await;
    assert_eq!(excuses(&stage, id), 0);
    // They go home; whoever writes after that is told.
    stand(&stage, stage.user.id, AgentStatus::Offline, 9);
    pass(seconds(20)).await;
    assert_eq!(excuses(&stage, id), 1);
}

#[actix_rt::test]
async fn it_is_said_at_once_or_not_at_all() {
    let mut rules = closed_at_ten();
    let text = rules.away_message.take();
    let stage = office(rules.clone()).await;
    pass(seconds(3700)).await;
    let id = waiting(&stage, 0).await;
    pass(seconds(1000)).await;
    stage.store.set_team(
        stage.organization,
        QueueTeam {
            away_message: text,
            ..rules
        },
    );
    stage.hub.tend_queues(HashSet::new()).await.unwrap();
    pass(seconds(40)).await;
    assert_eq!(excuses(&stage, id), 0);
}
