package dev.culvert.auth.signin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AddressFailuresTest {

    /** Who has one IPv6 address has 2^64 of them. */
    @Test
    void countsIpv6ByNetwork() {
        assertThat(AddressFailures.network("2001:db8:1:2:3:4:5:6"))
                .isEqualTo(AddressFailures.network("2001:db8:1:2::ffff"))
                .isNotEqualTo(AddressFailures.network("2001:db8:1:3:3:4:5:6"));
        assertThat(AddressFailures.network("::ffff:198.18.0.7")).isEqualTo("198.18.0.7");
        assertThat(AddressFailures.network("198.18.0.7")).isEqualTo("198.18.0.7");
        assertThat(AddressFailures.network("unknown:address")).isEqualTo("unknown:address");
    }
}
