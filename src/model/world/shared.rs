//! A part of a world that several worlds have in common until one of them changes it.
//!
//! Most worlds are copies in which little or nothing changes. Copying is counting up; the first change through a copy
//! makes it a part of its own, so that no world ever sees what another one changes.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A part that is copied when it is changed, not before.
#[derive(Debug)]
pub struct Shared<T>(Arc<T>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Shared<T> {
    /// Whether both are one part, which nobody has changed since it was copied.
    pub(crate) fn is_one_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        self.is_one_with(other) || self.0 == other.0
    }
}

impl<T> From<T> for Shared<T> {
    fn from(part: T) -> Self {
        Self(Arc::new(part))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_seen_by_the_copy_that_made_it_alone() {
        let before = Shared::from(vec![1]);
        let mut after = before.clone();
        assert_eq!(before, after);
        after.push(2);
        assert_eq!((&*before, &*after), (&vec![1], &vec![1, 2]));
        assert_ne!(before, after);
    }
}
