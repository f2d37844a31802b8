package dev.whetstone.training.engine;

class FakeEngineTest extends ComputeEngineContract {
  private final FakeEngine engine = new FakeEngine();

  @Override
  ComputeEngine engine() {
    return engine;
  }

  @Override
  void end(String attemptId, int code) {
    engine.exit(attemptId, code, "");
  }

  @Override
  int starts(String attemptId) {
    return (int) engine.launches().stream().filter(attemptId::equals).count();
  }
}
