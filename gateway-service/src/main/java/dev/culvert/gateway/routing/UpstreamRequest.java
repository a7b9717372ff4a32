package dev.culvert.gateway.routing;

import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.gateway.config.HttpClientProperties;
import org.springframework.cloud.gateway.filter.NettyRoutingFilter;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.netty.http.client.HttpClient;

/** Sends the request to the service, body streamed, and waits for the head of the answer. */
@Component
final class UpstreamRequest extends NettyRoutingFilter {
    private static final List<HttpHeadersFilter> HEADERS = List.of(new OfRequest(), new OfAnswer());

    UpstreamRequest(
            HttpClient client, ObjectProvider<List<HttpHeadersFilter>> unused, HttpClientProperties properties) {
        super(client, unused, properties);
    }

    @Override
    public List<HttpHeadersFilter> getHeadersFilters() {
        return HEADERS;
    }

    private static final class OfRequest implements HttpHeadersFilter {
        @Override
        public HttpHeaders filter(HttpHeaders input, ServerWebExchange exchange) {
            return UpstreamHeaders.request(exchange);
        }
    }

    private static final class OfAnswer implements HttpHeadersFilter {
        @Override
        public HttpHeaders filter(HttpHeaders input, ServerWebExchange exchange) {
            return UpstreamHeaders.answer(input, exchange);
        }

        @Override
        public boolean supports(Type type) {
            return type == Type.RESPONSE;
        }
    }
}
