package dev.culvert.gateway.live;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The channel of news.
 *
 * @param kafkaServers where the news come from
 * @param heartbeat a sign of life after this long without news; also how soon a channel ends whose session has ended
 * @param remembered news of all users that can still be asked for after a lost connection
 * @param overlap how far before the last news a user saw is repeated, since instances hear of them in different orders
 * @param queue most news that wait for one slow client, which is cut off beyond that
 */
@ConfigurationProperties("culvert.gateway.live")
public record LiveProperties(
        @DefaultValue("127.0.0.1:9092") String kafkaServers,
        @DefaultValue("15s") Duration heartbeat,
        @DefaultValue("10000") int remembered,
        @DefaultValue("5s") Duration overlap,
        @DefaultValue("256") int queue) {}
