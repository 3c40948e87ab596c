"""A DAG of somebody else, as dbt would have one: it starts when days have come into the shop's hot table."""

from datetime import UTC, datetime

try:  # Airflow 3
    from airflow.sdk import DAG, Asset, task

    TABLE = Asset(name="airflow.analytics.web_shop_events", uri="shardlift/airflow/analytics/web_shop_events")
except ImportError:  # Airflow 2.11
    from airflow.datasets import Dataset
    from airflow.decorators import task
    from airflow.models.dag import DAG

    TABLE = Dataset("shardlift/airflow/analytics/web_shop_events")

with DAG("follow_web_shop", schedule=[TABLE], start_date=datetime(2026, 1, 1, tzinfo=UTC), catchup=False):

    @task
    def build_models(triggering_asset_events=None, triggering_dataset_events=None):
        """Rebuilds what is made of the days that came in."""
        told = (triggering_asset_events or triggering_dataset_events).values()
        days = sorted({day for events in told for event in events for day in event.extra["days"]})
        print("dbt build --vars", {"days": days})
        return days

    build_models()
