"""The function that tries again what was rejected."""

from aws_cdk import Duration
from constructs import Construct

from infra.components.function import PipelineFunction
from infra.components.platform import Platform
from infra.components.raw_data import RawData


class Replay(Construct):
    """Replays quarantined records and whole files when an operator asks for it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: Platform,
        raw_data: RawData,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = PipelineFunction(
            self,
            "Function",
            platform=platform,
            login=platform.database.writer,
            name="data-pipeline-replay",
            handler="data_pipeline.replay.handler.handle",
            description="Tries again quarantined records and refused files",
            memory_mib=512,
            # As long as Lambda allows: it is asked for everything that a fixed rule had rejected.
            timeout=Duration.minutes(15),
            environment={"DEFAULT_CURRENCY": platform.stage.default_currency},
        )
        raw_data.grant_read_version(self.function)
