package dev.culvert.data.metrics;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** A pool whose connections measure what is sent over them; {@code unwrap} reaches the pool. */
final class MeasuredDataSource extends DelegatingDataSource {
    private final QueryMetrics metrics;

    MeasuredDataSource(DataSource pool, QueryMetrics metrics) {
        super(pool);
        this.metrics = metrics;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return MeasuredConnection.of(super.getConnection(), metrics);
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return MeasuredConnection.of(super.getConnection(username, password), metrics);
    }
}
