package dev.culvert.webhook.delivery;

import java.time.Instant;

/** What follows from a try. */
sealed interface NextStep {
    /** The receiver has the message. */
    record Done() implements NextStep {}

    /** Another try, not before {@code at}. */
    record TryAgain(Instant at) implements NextStep {}

    /** No more tries; {@code receiverGone} when the receiver answered 410 and wants no deliveries any more. */
    record GiveUp(boolean receiverGone) implements NextStep {}
}
