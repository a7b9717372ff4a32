package dev.culvert.gateway.routing;

import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.gateway.filter.NettyWriteResponseFilter;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/**
 * Streams the service's answer to the client and flushes every chunk as it comes, whatever its type: a token of a model
 * must not wait for the next one.
 */
@Component
final class UpstreamAnswer extends NettyWriteResponseFilter {
    UpstreamAnswer(ObjectProvider<List<HttpHeadersFilter>> unused) {
        super(List.of(MediaType.ALL), unused);
    }

    @Override
    public List<HttpHeadersFilter> getHeadersFilters() {
        return List.of();
    }
}
