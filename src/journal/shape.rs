//! The shape of a body, looked at before anything is made of it: CBOR, and not too deep.

/// The most levels of lists, maps and tags in a record.
///
/// A need may be 16 levels of two each, in a piece of work, in a table, in the rows of a layer.
/// What reads a value takes some of the stack for every level.
pub(super) const DEPTH_MAX: u32 = 128;

/// Refuses a body that is not one value of CBOR, or too deep to be read. It takes as many steps as
/// there are bytes at most, and the same stack for all.
pub(super) fn check(body: &[u8]) -> Result<(), Misshapen> {
    let mut walk = Walk { rest: body, open: [Left::Of(0); DEPTH_MAX as usize], depth: 0 };
    loop {
        walk.item()?;
        if walk.depth == 0 {
            break;
        }
    }
    if walk.rest.is_empty() {
        Ok(())
    } else {
        Err(Misshapen::NoValue("something stands behind it"))
    }
}

/// What is wrong with the shape of a body.
#[derive(Debug)]
pub(super) enum Misshapen {
    /// It has more levels than [`DEPTH_MAX`].
    TooDeep,
    /// It is no value, and why.
    NoValue(&'static str),
}

/// How many items are left of what is open.
#[derive(Clone, Copy)]
enum Left {
    /// So many.
    Of(u64),
    /// All up to a break.
    UntilBreak,
}

struct Walk<'a> {
    rest: &'a [u8],
    open: [Left; DEPTH_MAX as usize],
    depth: usize,
}

impl Walk<'_> {
    /// Passes over the head of one item, and over all of it if nothing is in it.
    fn item(&mut self) -> Result<(), Misshapen> {
        let [first] = self.take()?;
        let (major, short) = (first >> 5, first & 0x1f);
        let length = match short {
            0..=23 => u64::from(short),
            24 => u64::from(u8::from_be_bytes(self.take()?)),
            25 => u64::from(u16::from_be_bytes(self.take()?)),
            26 => u64::from(u32::from_be_bytes(self.take()?)),
            27 => u64::from_be_bytes(self.take()?),
            31 => return self.indefinite(major),
            _ => return Err(Misshapen::NoValue("a length is of no kind")),
        };
        match major {
            2 | 3 => self.pass(length)?,
            4 => return self.enter(Some(length)),
            5 => return self.enter(length.checked_mul(2)),
            6 => return self.enter(Some(1)),
            _ => {}
        }
        self.close();
        Ok(())
    }

    /// Something that ends with a break, or that break.
    fn indefinite(&mut self, major: u8) -> Result<(), Misshapen> {
        match (major, self.top()) {
            (2..=5, _) => self.open(Left::UntilBreak),
            (7, Some(Left::UntilBreak)) => {
                self.depth = self.depth.saturating_sub(1);
                self.close();
                Ok(())
            }
            _ => Err(Misshapen::NoValue("a break ends nothing")),
        }
    }

    /// Begins something with so many items in it. Each takes a byte at least.
    fn enter(&mut self, items: Option<u64>) -> Result<(), Misshapen> {
        match items.filter(|items| *items <= self.rest.len() as u64) {
            None => Err(Misshapen::NoValue("it is shorter than it says")),
            Some(0) => {
                self.close();
                Ok(())
            }
            Some(items) => self.open(Left::Of(items)),
        }
    }

    fn open(&mut self, left: Left) -> Result<(), Misshapen> {
        *self.open.get_mut(self.depth).ok_or(Misshapen::TooDeep)? = left;
        self.depth = self.depth.saturating_add(1);
        Ok(())
    }

    fn top(&self) -> Option<Left> {
        self.open.get(self.depth.checked_sub(1)?).copied()
    }

    /// An item is over, and with it whatever it was the last of.
    fn close(&mut self) {
        while let Some(top) = self.depth.checked_sub(1) {
            match self.open.get_mut(top) {
                Some(Left::Of(left)) if *left > 1 => return *left = left.saturating_sub(1),
                Some(Left::Of(_)) => self.depth = top,
                _ => return,
            }
        }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Misshapen> {
        let parts = self.rest.split_first_chunk::<N>();
        let (taken, rest) = parts.ok_or(Misshapen::NoValue("it is shorter than it says"))?;
        self.rest = rest;
        Ok(*taken)
    }

    fn pass(&mut self, length: u64) -> Result<(), Misshapen> {
        let parts = usize::try_from(length).ok().and_then(|at| self.rest.split_at_checked(at));
        let (_, rest) = parts.ok_or(Misshapen::NoValue("it is shorter than it says"))?;
        self.rest = rest;
        Ok(())
    }
}
