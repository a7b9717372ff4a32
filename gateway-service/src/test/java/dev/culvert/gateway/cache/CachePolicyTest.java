package dev.culvert.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;
import org.springframework.util.unit.DataSize;

/** What RFC 9111 says about keeping an answer, directive by directive. */
class CachePolicyTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    private final CachePolicy policy = new CachePolicy(new CacheProperties(
            true,
            "",
            Duration.ofMillis(20),
            DataSize.ofMegabytes(1),
            DataSize.ofMegabytes(1),
            Duration.ofMinutes(5),
            List.of("/listed"),
            Duration.ofMinutes(10),
            Duration.ofSeconds(10)));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max-age=60 | 60 | 600",
                "public, max-age=60 | 60 | 600",
                "max-age=60, s-maxage=10 | 10 | 0",
                "max-age=60, must-revalidate | 60 | 0",
                "proxy-revalidate, max-age=60 | 60 | 0",
                "max-age=60, stale-if-error=5 | 60 | 5",
                "max-age=\"60\" | 60 | 600",
                "MAX-AGE=60 | 60 | 600",
                "extension=\"a, no-store\", max-age=7 | 7 | 600",
                "max-age=99999999999999 | 2147483647 | 600"
            })
    void keepsAsLongAsTheServiceSays(String cacheControl, long fresh, long stale) {
        var life = policy.life(head("Cache-Control", cacheControl), "/x", NOW).orElseThrow();

        assertThat(life.freshMillis()).isEqualTo(fresh * 1000);
        assertThat(life.staleMillis()).isEqualTo(stale * 1000);
        assertThat(life.bornMillis()).isEqualTo(NOW.toEpochMilli());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "30 | 30",
                "30, 0 | 30",
                "2147483647 | 2147483647",
                "2147483648 | 2147483647",
                "99999999999999999999 | 2147483647",
                "abc | 0",
                "-7200 | 0",
                "7200.0 | 0"
            })
    void isAsOldAsItSays(String age, long seconds) {
        var life = policy.life(head("Cache-Control", "max-age=60", "Age", age), "/x", NOW)
                .orElseThrow();

        assertThat(life.bornMillis()).isEqualTo(NOW.toEpochMilli() - seconds * 1000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Sun, 22 Nov 2026 12:01:00 GMT | 60",
                "Sunday, 22-Nov-26 12:01:00 GMT | 60",
                "Sun Nov 22 12:01:00 2026 | 60",
                "Sun, 22 Nov 2026 1:01:00 GMT | 0",
                "Sun, 22 Nov 2026 12:01:00 UTC | 0",
                "Mon, 22 Nov 2026 12:01:00 GMT | 0",
                "0 | 0"
            })
    void readsExpiresInItsThreeFormsOnly(String expires, long fresh) {
        var life = policy.life(head("Expires", expires, "ETag", "\"a\""), "/x", NOW)
                .orElseThrow();

        assertThat(life.freshMillis()).isEqualTo(fresh * 1000);
    }

    @Test
    void isStaleWhenItExpiresTwice() {
        String later = "Sun, 22 Nov 2026 12:01:00 GMT";

        var life = policy.life(head("Expires", later, "Expires", later, "ETag", "\"a\""), "/x", NOW)
                .orElseThrow();

        assertThat(life.freshMillis()).isZero();
    }

    /** The stock filter compares the whole header with one word and so keeps what it must not. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "no-store",
                "no-store, max-age=60",
                "max-age=60, private",
                "private=\"X-Name\", max-age=60",
                "max-age=0",
                "max-age=soon",
                "public"
            })
    void keepsNothingElse(String cacheControl) {
        assertThat(policy.life(head("Cache-Control", cacheControl), "/x", NOW)).isEmpty();
    }

    @Test
    void keepsWhatMustBeCheckedEachTimeIfItCanBeChecked() {
        var life = policy.life(head("Cache-Control", "no-cache, max-age=60", "ETag", "\"1\""), "/x", NOW);

        assertThat(life.orElseThrow().freshMillis()).isZero();
        assertThat(life.orElseThrow().staleMillis()).isZero();
        assertThat(policy.life(head("Cache-Control", "no-cache"), "/x", NOW)).isEmpty();
    }

    @Test
    void readsExpiresAgainstDateAndCountsTheAgeItCameWith() {
        Head head = head("Date", date(NOW.minusSeconds(20)), "Expires", date(NOW.plusSeconds(40)), "Age", "30");

        var life = policy.life(head, "/x", NOW).orElseThrow();

        assertThat(life.freshMillis()).isEqualTo(60_000);
        assertThat(life.bornMillis()).isEqualTo(NOW.minusSeconds(30).toEpochMilli());
        assertThat(policy.life(head("Expires", "0"), "/x", NOW))
                .as("a date in no form has passed")
                .isEmpty();
    }

    /** S4.35: the five minutes are for listed paths alone, and only when the answer says nothing. */
    @Test
    void guessesOnlyForPathsThatAreListed() {
        assertThat(policy.life(head(), "/listed/below", NOW).orElseThrow().freshMillis())
                .isEqualTo(300_000);
        assertThat(policy.life(head("Cache-Control", "max-age=1"), "/listed", NOW)
                        .orElseThrow()
                        .freshMillis())
                .isEqualTo(1000);
        assertThat(policy.life(head(), "/listedtoo", NOW)).isEmpty();
        assertThat(policy.life(head(), "/x", NOW)).isEmpty();
    }

    @Test
    void neverKeepsCookiesPartsFailuresAndWhatVariesByEverything() {
        String[] lasting = {"Cache-Control", "max-age=60"};

        assertThat(policy.life(head("Cache-Control", "max-age=60", "Set-Cookie", "a=b"), "/x", NOW))
                .isEmpty();
        assertThat(policy.life(head("Cache-Control", "max-age=60", "Vary", "*"), "/x", NOW))
                .isEmpty();
        assertThat(policy.life(head("Cache-Control", "max-age=60", "Content-Encoding", "gzip"), "/x", NOW))
                .isEmpty();
        for (int status : new int[] {206, 302, 400, 401, 403, 429, 500, 503}) {
            assertThat(policy.life(new Head(status, head(lasting).fields()), "/listed", NOW))
                    .as("%d", status)
                    .isEqualTo(Optional.empty());
        }
    }

    @Test
    void sharesAnAnswerUnderWayUnlessItBelongsToOne() {
        assertThat(policy.mayShare(head())).isTrue();
        for (String cacheControl : List.of("private", "no-store", "no-cache")) {
            assertThat(policy.mayShare(head("Cache-Control", cacheControl))).isFalse();
        }
        assertThat(policy.mayShare(head("Set-Cookie", "a=b"))).isFalse();
        assertThat(policy.mayShare(head("Vary", "Accept, *"))).isFalse();
        assertThat(policy.mayShare(head("Content-Type", "text/event-stream"))).isFalse();
        assertThat(policy.mayShare(new Head(503, List.of()))).isFalse();
    }

    private static Head head(String... fields) {
        HttpHeaders headers = new HttpHeaders();
        for (int i = 0; i < fields.length; i += 2) {
            headers.add(fields[i], fields[i + 1]);
        }
        return Head.of(200, headers);
    }

    private static String date(Instant instant) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(instant.atZone(ZoneOffset.UTC));
    }
}
