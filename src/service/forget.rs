//! Forgetting secrets that are gone, so that a service which runs for long neither grows nor slows down.

use super::{State, partial_arn};
use crate::model::{Text, World};

/// How many secrets that were deleted by force are remembered.
const MOST_GONE: usize = 500;

impl State {
    /// A secret was deleted by force. Those that went first are forgotten: their ARNs are answered like any other that
    /// denotes nothing, which is what they are answered anyway (ROT-IDENT-006).
    pub(super) fn went(&mut self, name: Text) {
        self.gone.push_back(name);
        if self.gone.len() > MOST_GONE
            && let Some(first) = self.gone.pop_front()
            && self.worlds.get(&first).is_some_and(|world| world.secret.is_none())
        {
            let former_arns = self.worlds.swap_remove(&first).map_or_else(Vec::new, |world: World| world.former_arns);
            for arn in former_arns {
                self.read.retain(|(of, _), _| *of != arn);
                self.names.remove(partial_arn(&arn));
                self.names.remove(&arn);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CreateSecret, DeleteSecret, Operation};
    use crate::service::{Config, Service};

    fn create(name: &Text) -> Operation {
        Operation::CreateSecret(CreateSecret { name: Some(name.clone()), ..CreateSecret::default() })
    }

    fn delete(name: &Text) -> Operation {
        Operation::DeleteSecret(DeleteSecret {
            secret_id: Some(name.clone()),
            force_delete_without_recovery: Some(true),
            ..DeleteSecret::default()
        })
    }

    #[test]
    fn secrets_that_are_gone_are_forgotten_and_others_are_not() {
        let service = Service::new(Config::default());
        let kept: Text = "kept".into();
        service.answer(&create(&kept).into());
        for number in 0..3 * MOST_GONE {
            let name: Text = format!("gone-{number}").into();
            service.answer(&create(&name).into());
            service.answer(&delete(&name).into());
        }
        assert!(service.secret(&kept).is_some());
        let state = service.lock();
        assert_eq!((state.worlds.len(), state.names.len()), (MOST_GONE + 1, 2 * (MOST_GONE + 1)));
    }

    #[test]
    fn a_secret_that_was_made_anew_is_kept() {
        let service = Service::new(Config::default());
        let anew: Text = "anew".into();
        for operation in [create(&anew), delete(&anew), create(&anew)] {
            service.answer(&operation.into());
        }
        for number in 0..=MOST_GONE {
            let name: Text = format!("gone-{number}").into();
            service.answer(&create(&name).into());
            service.answer(&delete(&name).into());
        }
        assert!(service.secret(&anew).is_some());
    }
}
