package dev.culvert.runner.suite;

import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * What a start was asked for.
 *
 * @param sources the folder of the source tree, where the built jars and the SQL of the roles are
 * @param bindAddress where the gateway listens
 * @param kafkaPort the port of Kafka, when it was asked for
 * @param mailboxPort the port of the mailbox's pages, when it was asked for
 * @param training whether to make ahead-of-time caches afterwards
 */
public record SuiteOptions(
        Path sources,
        String bindAddress,
        int gatewayPort,
        OptionalInt kafkaPort,
        OptionalInt mailboxPort,
        boolean training) {}
