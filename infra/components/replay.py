"""The function that tries again what was rejected."""

from aws_cdk import Duration
from constructs import Construct

from infra.components.database import WRITER_SECRET, Database
from infra.components.function import FunctionCode, PipelineFunction
from infra.components.network import Network
from infra.components.raw_data import RawData
from infra.stages import Stage


class Replay(Construct):
    """Replays quarantined records and whole files when an operator asks for it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        code: FunctionCode,
        network: Network,
        database: Database,
        raw_data: RawData,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = PipelineFunction(
            self,
            "Function",
            stage=stage,
            code=code,
            network=network,
            name="data-pipeline-replay",
            handler="data_pipeline.replay.handler.handle",
            description="Tries again quarantined records and refused files",
            memory_mib=512,
            # As long as Lambda allows: it is asked for everything that a fixed rule had rejected.
            timeout=Duration.minutes(15),
            environment={
                "DATABASE_SECRET_ID": WRITER_SECRET,
                "DATABASE_PROXY_HOST": database.proxy_host,
                "DEFAULT_CURRENCY": stage.default_currency,
            },
        )
        database.writer_secret.grant_read(self.function)
        raw_data.grant_read_version(self.function)
