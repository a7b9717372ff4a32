package dev.culvert.tunnel.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientAddressTest {
    private static EmbeddedChannel from(String address) {
        return new EmbeddedChannel() {
            @Override
            protected SocketAddress remoteAddress0() {
                return new InetSocketAddress(InetAddress.ofLiteral(address), 1234);
            }
        };
    }

    private static HttpRequest forwardedFor(String addresses) {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
        request.headers().set("X-Forwarded-For", addresses);
        return request;
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "10.1.2.3", "192.168.1.1", "::1", "fd00::1"})
    void isWhatAGatewayInsideSays(String gateway) {
        assertThat(ClientAddress.textOf(from(gateway), forwardedFor("203.0.113.9, 10.0.0.1")))
                .isEqualTo("203.0.113.9");
    }

    @ParameterizedTest
    @ValueSource(strings = {"198.51.100.7", "2001:db8::7"})
    void isThatOfTheSocketOfWhoeverComesFromOutside(String outside) {
        assertThat(ClientAddress.of(from(outside), forwardedFor("203.0.113.9")))
                .isEqualTo(InetAddress.ofLiteral(outside));
    }

    @Test
    void isNothingThatIsNoAddress() {
        assertThat(ClientAddress.textOf(from("127.0.0.1"), forwardedFor("<script>")))
                .isEmpty();
    }
}
