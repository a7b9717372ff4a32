package dev.culvert.runner.demo;

import dev.culvert.runner.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Looks again and again for something that other processes do in their own time. */
final class Waiting {

    private static final Duration PAUSE = Duration.ofMillis(150);

    private Waiting() {}

    /** One look. */
    interface Look<T> {
        Optional<T> look() throws IOException, InterruptedException;
    }

    /** @param what ends the sentence "There was no … within" */
    static <T> T until(String what, Duration atMost, Look<T> look) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (System.nanoTime() < deadline) {
            Optional<T> found = look.look();
            if (found.isPresent()) {
                return found.get();
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        }
        throw new Refusal("There was no %s within %d s.".formatted(what, atMost.toSeconds()));
    }
}
