package dev.culvert.auth.signingkey;

import jakarta.validation.constraints.AssertTrue;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Rotation of the keys that sign access tokens (requirement P2.7.5).
 *
 * @param rotateEvery how long a key signs before the next one takes over
 * @param publishedAhead how long the next key has to be published before it signs, so that everybody who caches the
 *     published keys knows it by then
 * @param keptFor how long a key stays published after it has signed for the last time; longer than any token lives
 * @param checkInterval how often an instance looks whether it is time, and whether another one has rotated
 */
@Validated
@ConfigurationProperties("culvert.auth.signing-key")
record SigningKeyProperties(
        @DefaultValue("30d") Duration rotateEvery,
        @DefaultValue("1h") Duration publishedAhead,
        @DefaultValue("25h") Duration keptFor,
        @DefaultValue("1m") Duration checkInterval) {

    @AssertTrue(message = "a key signs for longer than the next one is published ahead")
    boolean isOverlapPossible() {
        return publishedAhead.compareTo(rotateEvery) < 0;
    }
}
