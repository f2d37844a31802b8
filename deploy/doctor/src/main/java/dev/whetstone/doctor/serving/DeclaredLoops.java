package dev.whetstone.doctor.serving;

import dev.whetstone.doctor.database.DatabaseLogin;
import dev.whetstone.doctor.report.CheckName;
import dev.whetstone.doctor.report.CheckResult;
import dev.whetstone.doctor.report.CheckSubject;
import dev.whetstone.doctor.settings.ServiceSettings;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.sql.DatabaseException;
import java.time.Duration;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;

/** Reads the declared loops from eval's database, which has them while eval does not run, too. */
public final class DeclaredLoops {
  private final DatabaseLogin login;
  private final Duration limit;
  private volatile List<DeclaredLoop> loops = List.of();

  public DeclaredLoops(ServiceSettings eval, Duration limit) {
    this.login = DatabaseLogin.of(eval);
    this.limit = limit;
  }

  public CheckSubject subject() {
    return new CheckSubject(CheckName.LOOPS, "declared loops", login.place());
  }

  public List<CheckResult> find() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(login.url());
    source.setUser(login.user());
    source.setPassword(login.password());
    source.setConnectTimeout((int) limit.toSeconds());
    source.setSocketTimeout((int) limit.toSeconds());
    source.setReadOnly(true);
    try {
      loops = new DeclaredLoopRepository(source).all();
      return List.of(subject().ok("loops: " + loops.size()));
    } catch (DatabaseException e) {
      return List.of(
          subject().notChecked("their model servers are not known: the database cannot be read"));
    }
  }

  /** What the last check found. */
  public List<DeclaredLoop> found() {
    return loops;
  }
}
