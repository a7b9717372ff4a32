package dev.culvert.tunnel.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuotaTest {
    @Test
    void isWithinOneThatAllowsAsMuchInEveryRespect() {
        Quota small = new Quota(1L, 10L, 100L, 1_000L);

        assertThat(small.within(small)).isTrue();
        assertThat(small.within(Quota.NONE)).isTrue();
        assertThat(Quota.NONE.within(small)).isFalse();
        assertThat(Quota.NONE.within(Quota.NONE)).isTrue();
        assertThat(small.within(new Quota(2L, 10L, 100L, null))).isTrue();
    }

    @Test
    void isNotWithinOneThatAllowsLessInAnyRespect() {
        Quota small = new Quota(1L, 10L, 100L, 1_000L);

        assertThat(new Quota(2L, 10L, 100L, 1_000L).within(small)).isFalse();
        assertThat(new Quota(1L, null, 100L, 1_000L).within(small)).isFalse();
        assertThat(new Quota(1L, 10L, 101L, 1_000L).within(small)).isFalse();
        assertThat(new Quota(1L, 10L, 100L, null).within(small)).isFalse();
    }
}
