package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TunnelPathTest {
    @ParameterizedTest
    @CsvSource({
        "/t/a/x?share=cvs_S-1_, /x, cvs_S-1_",
        "/t/a/x?share=cvs_S&b=2, /x?b=2, cvs_S",
        "/t/a/x?a=1&share=cvs_S, /x?a=1, cvs_S",
        "/t/a/x?a=1&share=cvs_S&b=2, /x?a=1&b=2, cvs_S",
        "/t/a?share=cvs_S, /, cvs_S",
        "/t/a/x?share=other, /x?share=other,",
        "/t/a/x?myshare=cvs_S, /x?myshare=cvs_S,",
        "/t/a/share=cvs_S, /share=cvs_S,",
        "/t/a/x%20y?q=%3F, /x%20y?q=%3F,"
    })
    void takesNothingButTheTokenOfALinkOutOfTheTarget(String target, String forwarded, String token) {
        TunnelPath path = TunnelPath.parse(target).orElseThrow();

        assertThat(path.name()).isEqualTo("a");
        assertThat(path.forwarded()).isEqualTo(forwarded);
        assertThat(path.shareToken().orElse(null)).isEqualTo(token);
    }
}
