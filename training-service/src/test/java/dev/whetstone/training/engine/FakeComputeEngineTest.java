package dev.whetstone.training.engine;

class FakeComputeEngineTest extends ComputeEngineContract {
  private final FakeComputeEngine engine = new FakeComputeEngine();

  @Override
  ComputeEngine engine() {
    return engine;
  }

  @Override
  ComputeEngine engineWithRoomFor(int workers) {
    engine.limit(workers);
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
