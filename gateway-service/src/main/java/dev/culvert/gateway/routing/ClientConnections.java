package dev.culvert.gateway.routing;

import dev.culvert.gateway.protocol.ClientProtocols;
import dev.culvert.gateway.protocol.ConnectionPart;
import dev.culvert.gateway.protocol.Http2Properties;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

/** The connections of the clients. */
@Configuration(proxyBeanMethods = false)
class ClientConnections {
    /** What {@link RequestValidation} refuses in the common body must first have been read. */
    private static final int ROOM = 2;

    @Bean
    ClientProtocols clientProtocols(List<ConnectionPart> parts, Http2Properties properties, RoutingProperties routing) {
        return new ClientProtocols(
                parts,
                properties,
                routing.request().headTime(),
                DataSize.ofBytes(ROOM * routing.request().maxHeaderSize().toBytes()));
    }
}
