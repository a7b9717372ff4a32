/** Settings every service with a schema has in common: pool, migrations, JPA, Kafka clients. */
@NullMarked
package dev.culvert.data.defaults;

import org.jspecify.annotations.NullMarked;
