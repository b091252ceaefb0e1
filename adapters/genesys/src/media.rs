//! The media of Genesys Cloud, in the three ways it spells them.

use crate::words::words;

words! {
    /// By what way work comes.
    ///
    /// ```
    /// use strowger_genesys::MediaType;
    ///
    /// assert_eq!(MediaType::from("message").plural(), "messages");
    /// assert_eq!(MediaType::of_plural("emails"), Some(MediaType::Email));
    /// ```
    MediaType {
        /// Calls.
        Call = "call",
        /// Calls to customers who asked to be called.
        Callback = "callback",
        /// Web chats.
        Chat = "chat",
        /// E-mails.
        Email = "email",
        /// Messages.
        Message = "message",
        /// Video calls.
        Video = "videoComm",
        /// Work items.
        Workitem = "workitem",
    }
}

impl MediaType {
    /// The word of paths, topics and participants; of a word that is not known the word itself.
    #[must_use]
    pub fn plural(&self) -> &str {
        match self {
            Self::Call => "calls",
            Self::Callback => "callbacks",
            Self::Chat => "chats",
            Self::Email => "emails",
            Self::Message => "messages",
            Self::Video => "videos",
            Self::Workitem => "workitems",
            Self::Other(word) => word,
        }
    }

    /// The medium of conversations with this plural.
    #[must_use]
    pub fn of_plural(word: &str) -> Option<Self> {
        let conversations = Self::KNOWN.iter().filter(|media| **media != Self::Workitem);
        conversations.into_iter().find(|media| media.plural() == word).cloned()
    }
}
