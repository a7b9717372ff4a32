package dev.culvert.tunnel;

import dev.culvert.tunnelprotocol.NettyDefaults;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.scheduling.annotation.EnableScheduling;

/** tunnel-service: control plane over HTTP, data plane on a port of its own. */
@SpringBootApplication
@ConfigurationPropertiesScan
@EnableScheduling
public class TunnelApplication {
    public static void main(String[] args) {
        NettyDefaults.set();
        SpringApplication.run(TunnelApplication.class, args);
    }
}
